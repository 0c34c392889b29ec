#pragma once
#include <filesystem>
#include <utility>

#include "temper/run/journal.h"
#include "temper/train/checkpoint.h"

namespace temper::run {

/// The journal of a process whose rank 0 keeps that of the run: it writes nothing, and gives rank 0
/// its part of the optimizer's state.
class FollowerJournal : public Journal {
 public:
  explicit FollowerJournal(std::filesystem::path directory) : directory_(std::move(directory)) {}

  void record(const train::Event& /*event*/) override {}
  void save(const train::State& state, const Progress& /*progress*/) override {
    if (state.shards) train::send_optimizer(state);
  }
  void check() override {}
  void wait() override {}
  [[nodiscard]] const std::filesystem::path& directory() const override { return directory_; }

 private:
  std::filesystem::path directory_;
};

}  // namespace temper::run
