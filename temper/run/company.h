#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "temper/run/folder_journal.h"
#include "temper/run/run.h"
#include "temper/run/track.h"

namespace temper::run {

/// A companion that is trained along with another run.
class Member {
 public:
  /// Throws as FolderJournal does.
  Member(const Companion& companion, train::State& state, Track::Part part);

  /// Restores what the run keeps. @return whether it is at the state's step, and not yet over
  bool join();
  /// Writes the first files of its directory, and its first event.
  void begin(const std::vector<std::string>& command);
  [[nodiscard]] Track& track() { return track_; }
  /// Memory in addition to that of the run, in bytes: what it keeps, and the copy that a checkpoint
  /// is written from.
  [[nodiscard]] std::uint64_t memory();

 private:
  const train::Plan& plan_;
  train::State& state_;
  FolderJournal journal_;
  Progress progress_;
  Track::Part part_;
  Track track_;
};

/// The start event of a process. A network without a graph is in evaluation mode afterwards, see
/// model::multiply_adds().
train::Started started(const train::Plan& plan, const train::State& state);

/// Writes the start event of a process, and what the user should know about the data and the
/// directory.
void announce(FolderJournal& journal, const train::Plan& plan, const train::State& state);

/// The companions that can be trained along with the run from the state's step on; the others are
/// left alone, see RunOptions::companions. Those that do not fit into the memory are, too.
/// @param memory  available in addition to what the run needs, in bytes
std::vector<std::unique_ptr<Member>> company(const train::Plan& plan, train::State& state,
                                             const std::vector<Companion>& companions,
                                             std::uint64_t memory);

}  // namespace temper::run
