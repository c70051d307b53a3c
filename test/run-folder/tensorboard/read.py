"""Prints what TensorBoard itself reads of a run's folder, as JSON."""
import json
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.plugins.hparams import metadata

folder = sys.argv[1]
events = event_accumulator.EventAccumulator(folder, size_guidance={"images": 0, "scalars": 0})
events.Reload()
tags = events.Tags()
hparams = plugin_event_accumulator.EventAccumulator(folder)
hparams.Reload()
plugin = hparams.PluginTagToContent("hparams")
start = metadata.parse_session_start_info_plugin_data(plugin["_hparams_/session_start_info"])
end = metadata.parse_session_end_info_plugin_data(plugin["_hparams_/session_end_info"])
value = lambda v: getattr(v, v.WhichOneof("kind"))
print(json.dumps({
    "scalars": {t: [[e.step, e.value] for e in events.Scalars(t)] for t in tags["scalars"]},
    "images": {t: [[i.width, i.height, len(i.encoded_image_string)] for i in events.Images(t)]
               for t in tags["images"]},
    "hparams": {name: value(v) for name, v in start.hparams.items()},
    "group": start.group_name,
    "status": end.status,
}))
