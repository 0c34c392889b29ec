#include "temper/run/saver.h"

#include <chrono>
#include <utility>

namespace temper::run {

Saver::Saver(std::filesystem::path checkpoints, train::Keep keep)
    : checkpoints_(std::move(checkpoints)), keep_(keep) {}

Saver::~Saver() {
  if (writing_.valid()) writing_.wait();
}

void Saver::save(train::Snapshot snapshot) {
  wait();
  writing_ = std::async(std::launch::async, [this, copy = std::move(snapshot)] {
    train::write_checkpoint(copy, checkpoints_);
    train::remove_superseded(checkpoints_, keep_);
  });
}

void Saver::wait() {
  if (writing_.valid()) writing_.get();
}

void Saver::check() {
  if (writing_.valid() && writing_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
    writing_.get();
}

}  // namespace temper::run
