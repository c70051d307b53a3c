import type { GraphOutput, Pointer } from './c-api.ts';
import type { Context } from './context.ts';
import type { Handles, TensorMetadata } from './handles.ts';

interface SavedModel {
  readonly session: Pointer;
  readonly graph: Pointer;
}

/** Loaded TensorFlow SavedModels, each in its own session. */
export class SavedModels {
  readonly #context: Context;
  readonly #handles: Handles;
  readonly #byId = new Map<number, SavedModel>();
  #nextId = 0;

  constructor(context: Context, handles: Handles) {
    this.#context = context;
    this.#handles = handles;
  }

  get count(): number {
    return this.#byId.size;
  }

  /** @param tags of the meta graph, comma-separated, e.g. `serve` */
  load(folder: string, tags: string): number {
    const { api, status } = this.#context;
    const options = api.TF_NewSessionOptions();
    const metaGraph = api.TF_NewBuffer();
    const graph = api.TF_NewGraph();
    const list = tags.split(',');
    const session = api.TF_LoadSessionFromSavedModel(
      options,
      null,
      folder,
      list,
      list.length,
      graph,
      metaGraph,
      status.pointer,
    );
    api.TF_DeleteSessionOptions(options);
    api.TF_DeleteBuffer(metaGraph);
    try {
      status.check(() => `load the SavedModel ${folder} (${tags})`);
    } catch (error) {
      api.TF_DeleteGraph(graph);
      throw error;
    }
    const id = this.#nextId++;
    this.#byId.set(id, { session, graph });
    return id;
  }

  delete(id: number): void {
    const { api, status } = this.#context;
    const { session, graph } = this.#get(id);
    api.TF_DeleteSession(session, status.pointer);
    status.check(() => `close the SavedModel ${id}`);
    api.TF_DeleteGraph(graph);
    this.#byId.delete(id);
  }

  /** @param inputs,outputs names of graph outputs, comma-separated, e.g. `serving_default_x:0` */
  run(id: number, inputIds: readonly number[], inputs: string, outputs: string): TensorMetadata[] {
    const { api, status } = this.#context;
    const { session, graph } = this.#get(id);
    const feeds = inputs.split(',').map((name) => this.#output(graph, name));
    const fetches = outputs.split(',').map((name) => this.#output(graph, name));
    if (feeds.length !== inputIds.length) {
      throw new Error(
        `the SavedModel needs ${feeds.length} inputs (${inputs}). Received: ${inputIds.length}`,
      );
    }
    const values = BigUint64Array.from(inputIds, (input) => this.#resolve(input));
    const results = new BigUint64Array(fetches.length);
    api.TF_SessionRun(
      session,
      null,
      feeds,
      values,
      feeds.length,
      fetches,
      results,
      fetches.length,
      null,
      0,
      null,
      status.pointer,
    );
    for (const value of values) api.TF_DeleteTensor(value);
    status.check(() => `run the SavedModel ${id} from ${inputs} to ${outputs}`);
    return Array.from(results, (tensor) => {
      const handle = api.TFE_NewTensorHandle(tensor, status.pointer);
      api.TF_DeleteTensor(tensor);
      status.check(() => 'store an output of a SavedModel');
      return this.#handles.metadata(this.#handles.add(handle));
    });
  }

  #get(id: number): SavedModel {
    const model = this.#byId.get(id);
    if (!model)
      throw new Error(
        `there is no SavedModel with the id ${id}: it was never loaded, or it was deleted`,
      );
    return model;
  }

  #resolve(id: number): Pointer {
    const { api, status } = this.#context;
    const tensor = api.TFE_TensorHandleResolve(this.#handles.get(id), status.pointer);
    status.check(() => `read the tensor ${this.#handles.describe(id)}`);
    return tensor;
  }

  #output(graph: Pointer, name: string): GraphOutput {
    const [operation = name, index = '0'] = name.split(':');
    const oper = this.#context.api.TF_GraphOperationByName(graph, operation);
    if (!oper) throw new Error(`the SavedModel has no operation ${operation}`);
    return { oper, index: Number(index) };
  }
}
