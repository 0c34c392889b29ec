#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "temper/run/journal.h"
#include "temper/train/guard.h"
#include "temper/train/plan.h"
#include "temper/train/step.h"

namespace temper::run {

/// What is the run's own in a loop that trains several runs at once: its averages, its evaluations
/// with early stopping, its log and its checkpoints. Each time a run does something, what it keeps
/// takes its place in the state that all of them train. Its arguments must outlive it.
class Track {
 public:
  /// The steps that a companion is trained along with the run.
  struct Part {
    std::int64_t until = 0;
    bool stopped = false;  ///< stopped there, as by RunOptions::stop_at: before an evaluation
  };

  /// @param part  of a companion, which begins what it keeps. Empty: of the run whose recipe is
  ///              trained; what it keeps is already in the state
  Track(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
        std::optional<Part> part = {});

  /// During its lifetime, what the run keeps is in the state.
  class Turn {
   public:
    explicit Turn(Track& track);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn(Turn&&) = delete;
    Turn& operator=(Turn&&) = delete;

   private:
    Track& track_;
  };

  /// Sets the scheduled values of a step in recipe(), and freezes or unfreezes stages.
  void prepare_step();
  /// With the values of the last step that was prepared.
  [[nodiscard]] const recipe::Recipe& recipe() const { return recipe_; }
  [[nodiscard]] bool wants_norms() const;
  /// Averages and records a step that has been applied.
  /// @param norms  when not null, those that it wants
  void follow_step(double loss, std::int64_t images, const train::Norms* norms);
  /// A step that was not applied.
  void follow_skipped_step(const train::SkippedStep& event);
  void record(const train::Event& event) { journal_.record(event); }

  /// Whether the state is the end of an epoch of the run, and not yet evaluated. The end of the run
  /// counts as one, too: its last epoch may be incomplete.
  [[nodiscard]] bool needs_evaluation() const;
  /// False: canceled.
  bool evaluate(const std::function<bool()>& cancel);

  [[nodiscard]] bool needs_save() const;
  /// Whether so much time has passed on this process that a checkpoint is due.
  [[nodiscard]] bool is_save_due() const;
  /// Whether the state is one that a rollback may go back to.
  [[nodiscard]] bool needs_anchor() const;
  /// Throws Error{Code::numerical} for a state that the run could not go on from.
  void save();
  void check() { journal_.check(); }
  void wait() { journal_.wait(); }

  /// All steps are done, or those in common, or early stopping has ended the run.
  [[nodiscard]] bool is_over() const;
  /// Whether early stopping has ended the run before the state's step.
  [[nodiscard]] bool has_left() const { return end_ && end_->step < state_.step; }
  /// Restores the state and the progress at the end of a run that has left.
  void return_to_end();

  /// Takes off seconds that were spent on another run.
  void skip_time(double seconds);

 private:
  [[nodiscard]] bool at_epoch_end() const;
  void require_finite();
  void record_step();
  void begin_window();
  [[nodiscard]] std::optional<train::BestMetric> best_metric_of(const train::Scores& scores) const;

  /// The steps of this process since the last line of the log, whose losses are in
  /// Progress::running_loss.
  struct Window {
    std::int64_t images = 0;
    train::Stopwatch watch = {};
    double elsewhere = 0;  ///< seconds spent on other runs
  };

  /// When early stopping ended the run.
  struct End {
    std::int64_t step = 0;
    double seconds = 0;
    train::Times times = {};
  };

  const train::Plan& plan_;
  train::State& state_;
  Progress& progress_;
  Journal& journal_;
  std::optional<Part> part_;
  train::Kept aside_;      ///< of a companion, while it is not its turn
  recipe::Recipe recipe_;  ///< its scheduled values change with the step
  recipe::ScheduleDriver driver_;
  train::Stopwatch since_save_;
  Window window_;
  bool wants_save_ = false;  ///< because of the last evaluation
  std::optional<End> end_;
};

/// What to do about a step or state that is not finite.
/// @param tensor  where the loss and its gradients are finite: what is not
std::string advice(const std::optional<train::NotFiniteTensor>& tensor);

inline constexpr std::string_view kNothingSaved = "Nothing was saved after the last checkpoint.";

}  // namespace temper::run
