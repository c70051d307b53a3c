import { bytesField, integerField, message } from '../../common/protobuf.ts';
import type { CApi, Pointer } from './c-api.ts';
import { Status } from './status.ts';

export interface Device {
  /** E.g. `/job:localhost/replica:0/task:0/device:GPU:0`. */
  readonly name: string;
  readonly type: string;
}

/** TensorFlow's eager context: the devices, their threads, and the status that its calls write to. */
export interface Context {
  readonly api: CApi;
  readonly status: Status;
  readonly pointer: Pointer;
  /** A serialized `ConfigProto`. */
  readonly config: Uint8Array;
  readonly devices: readonly Device[];
  /** Where tensors are put: the last GPU, else the CPU, as in tfjs-node. */
  readonly device: Device;
}

/** Starts TensorFlow with so many threads within one operation. */
export function createContext(api: CApi, threads: number): Context {
  const status = new Status(api);
  const options = api.TFE_NewContextOptions();
  const config = configProto(threads);
  api.TFE_ContextOptionsSetConfig(options, config, config.length, status.pointer);
  status.check(() => 'read its configuration');
  const pointer = api.TFE_NewContext(options, status.pointer);
  status.check(() => 'start');
  api.TFE_DeleteContextOptions(options);

  const devices = listDevices(api, pointer, status);
  const device = devices.findLast((d) => d.type === 'GPU') ?? devices.find((d) => d.type === 'CPU');
  if (!device) {
    throw new Error(`TensorFlow has no CPU or GPU, only ${devices.map((d) => d.name).join(', ')}`);
  }
  return { api, status, pointer, config, devices, device };
}

/**
 * A serialized `ConfigProto`. A GPU's memory is taken as it is needed and not all at once. Graphs go once through
 * TensorFlow's passes: a second time takes a fifth of a second where a step of VGG19 begins, and finds nothing.
 * Source: tensorflow/core/protobuf/config.proto, rewriter_config.proto.
 */
function configProto(threads: number): Uint8Array {
  const allowGrowth = integerField(4, 1);
  const optimizedOnce = integerField(12, 1);
  const rewriteOptions = bytesField(10, optimizedOnce);
  const intraOpThreads = integerField(2, threads);
  return message(intraOpThreads, bytesField(6, allowGrowth), bytesField(10, rewriteOptions));
}

function listDevices(api: CApi, context: Pointer, status: Status): Device[] {
  const list = api.TFE_ContextListDevices(context, status.pointer);
  status.check(() => 'list its devices');
  const devices = Array.from({ length: api.TF_DeviceListCount(list) }, (_, i) => ({
    name: api.TF_DeviceListName(list, i, status.pointer),
    type: api.TF_DeviceListType(list, i, status.pointer),
  }));
  api.TF_DeleteDeviceList(list);
  return devices;
}
