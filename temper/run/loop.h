#pragma once
#include <cstdint>
#include <optional>

#include "temper/core/stop_flag.h"
#include "temper/data/loader/loader.h"
#include "temper/run/journal.h"
#include "temper/train/guarded_step.h"
#include "temper/train/plan.h"
#include "temper/train/state.h"

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
  Loop(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
       const Limits& limits);

  /// @return false: stopped on request, after saving
  bool train();
  void save();
  /// Whether the state is one that a rollback may go back to.
  [[nodiscard]] bool needs_anchor() const;
  [[nodiscard]] bool stop_asked() const;

 private:
  bool epoch();
  const data::Batch* next_batch();
  void train_on(const data::Batch& loaded);
  void report_skipped_step(const train::NotFinite& found, const data::Batch& batch);
  [[noreturn]] void throw_not_finite(const train::SkippedStep& event,
                                     const train::NotFinite& found);
  void require_finite();
  void record_step();
  bool evaluate();
  [[nodiscard]] std::optional<train::BestMetric> best_metric_of(const train::Scores& scores) const;
  bool save_and_stop();
  bool saved_in_time();
  [[nodiscard]] bool is_due() const;
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool at_epoch_end() const;

  /// The steps since the last line of the log.
  struct Window {
    double sum = 0;
    std::int64_t steps = 0;
    std::int64_t images = 0;
    train::Stopwatch watch = {};
  };

  const train::Plan& plan_;
  train::State& state_;
  Progress& progress_;
  Journal& journal_;
  const Limits limits_;
  recipe::Recipe recipe_;  ///< its scheduled values change with the step
  recipe::ScheduleDriver driver_;
  data::Loader loader_;
  train::GuardedStep step_;
  std::optional<augment::Size> trained_size_;  ///< of the last step's images
  train::Stopwatch since_save_;
  Window window_;
};

}  // namespace temper::run
