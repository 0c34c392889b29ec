#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "temper/core/stop_flag.h"
#include "temper/data/loader/batch.h"
#include "temper/data/sources/source.h"
#include "temper/run/journal.h"
#include "temper/run/track.h"
#include "temper/train/guarded_step.h"
#include "temper/train/plan.h"
#include "temper/train/state.h"
#include "temper/train/training_batches.h"

namespace temper::run {

/// When a process stops before the end of training.
struct Limits {
  std::optional<std::int64_t> stop_at = {};  ///< after this many steps
  std::optional<double> time_limit = {};     ///< after this many seconds of this process
  const StopFlag* stop = nullptr;            ///< when set: after the current step
};

/// Training from a state to the end: a loop around step(), with an evaluation after every epoch.
/// What it reports and saves goes to the journal; it writes no files itself. Its arguments must
/// outlive it.
class Loop {
 public:
  /// @param companions  runs that begin with the same steps, at the state's step, see company.h.
  ///                    One leaves, saved, after the last of these, and where early stopping ends
  ///                    it; unsaved where an error meets it, which its own process will then meet.
  ///                    They are trained also after early stopping has ended the run itself, unless
  ///                    a plateau schedule follows its scores
  Loop(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
       const Limits& limits, std::vector<Track*> companions = {});

  /// @return false: stopped on request, after saving
  bool train();
  void save();
  /// Whether the state is one that a rollback may go back to.
  [[nodiscard]] bool needs_anchor() const { return own_.needs_anchor(); }
  /// Whether this process is to stop, or, with other ranks, all of them: they agree on it with each
  /// step.
  [[nodiscard]] bool stop_asked() const;
  /// Whether this process has been asked to stop. For evaluations, in which ranks agree themselves.
  [[nodiscard]] bool wants_stop() const;
  /// Steps that were trained for companions: the sum over them.
  [[nodiscard]] std::int64_t carried() const { return carried_; }

 private:
  bool epoch();
  const data::Batch* next_batch();
  [[nodiscard]] std::vector<train::Event> skipped_images(const data::Batch& batch,
                                                         std::int64_t step) const;
  void report_skipped_of_ranks(const std::vector<train::Event>& own);
  void train_on(const data::Batch& loaded);
  void report_skipped_step(const train::NotFinite& found, const data::Batch& batch);
  [[noreturn]] void throw_not_finite(const train::SkippedStep& event,
                                     const train::NotFinite& found);
  void record(const train::Event& event);
  bool evaluate();
  bool save_and_stop();
  bool saved_in_time();
  bool settle();
  [[nodiscard]] bool stops_after(std::int64_t step) const;
  [[nodiscard]] bool needs_evaluation() const;
  [[nodiscard]] bool is_over() const;
  template <class Work>
  void for_companions(const Work& work);

  const train::Plan& plan_;
  train::State& state_;
  Progress& progress_;
  Journal& journal_;
  const Limits limits_;
  Track own_;
  std::vector<Track*> companions_;  ///< those that are still trained
  const bool follows_scores_;       ///< a plateau schedule does
  train::TrainingBatches loader_;
  train::GuardedStep step_;
  std::optional<augment::Size> trained_size_;  ///< of the last step's images
  std::int64_t carried_ = 0;
};

}  // namespace temper::run
