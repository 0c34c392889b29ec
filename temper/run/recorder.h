#pragma once
#include <filesystem>

#include "temper/io/format/json_lines.h"
#include "temper/io/format/tensorboard.h"
#include "temper/train/events.h"

namespace temper::run {

/// Writes events to the run directory: metrics.jsonl and TensorBoard's event files.
class Recorder : public train::Observer {
 public:
  /// Removes what an earlier process recorded after the step at which the run is resumed, since
  /// those steps are repeated.
  /// @param step       at which the run is resumed
  /// @param evaluated  whether the evaluation after that step is done
  Recorder(const std::filesystem::path& run, std::int64_t step, bool evaluated);
  void on_event(const train::Event& event) override;
  /// Makes the lines of metrics.jsonl durable, before a checkpoint that does without them.
  void sync() { lines_.sync(); }

 private:
  io::JsonLines lines_;
  io::EventWriter board_;
};

}  // namespace temper::run
