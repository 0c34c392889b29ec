#pragma once
#include <filesystem>

#include "temper/io/json_lines.h"
#include "temper/io/tensorboard.h"
#include "temper/train/events.h"

namespace temper::train {

/// Writes what happens into the run directory: metrics.jsonl and TensorBoard's event files.
class Recorder : public Observer {
 public:
  /// What an earlier process recorded beyond where the run goes on is dropped, since it is about to
  /// happen again.
  /// @param step       where the run goes on
  /// @param evaluated  the evaluation that follows that step is done
  Recorder(const std::filesystem::path& run, std::int64_t step, bool evaluated);
  void see(const Event& event) override;

 private:
  io::JsonLines lines_;
  io::EventWriter board_;
};

}  // namespace temper::train
