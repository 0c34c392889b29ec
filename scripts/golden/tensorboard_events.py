"""Writes tests/golden/io/scalars.tfevents with tensorboard 2.21.0's own messages and writer."""

import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

PATH = pathlib.Path(__file__).parents[2] / "tests/golden/io/scalars.tfevents"


def scalar(tag, step, value, wall_time):
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(wall_time=wall_time, step=step, summary=summary)


PATH.parent.mkdir(parents=True, exist_ok=True)
with open(PATH, "wb") as file:
    writer = RecordWriter(file)
    for event in [
        Event(wall_time=1700000000.25, file_version="brain.Event:2"),
        Event(wall_time=1700000000.25, step=20, session_log=SessionLog(status=SessionLog.START)),
        scalar("loss/train", 20, 2.302585, 1700000000.5),
        scalar("accuracy", 1 << 40, 0.0, 1700000001.75),
        scalar("ü", 0, -1.5, 1700000002.0),
    ]:
        writer.write(event.SerializeToString())
