#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/data/loader/loader.h"
#include "temper/recipe/recipe.h"
#include "temper/train/training_size.h"

namespace temper::train {

/// Which operations of a view are those of a list in the recipe: the list's first `count` ones,
/// from index `first` on.
struct RecipeOperations {
  std::size_t first = 0;
  std::size_t count = 0;
  std::string list = "data.augment";
};

/// Sets the scheduled options of the augmentation operations, and the image size, for each batch,
/// as functions of the step alone.
class DataDriver {
 public:
  /// @param views  of the loader
  DataDriver(const recipe::Recipe& recipe, const schedule::Horizon& horizon, TrainingSize size,
             std::vector<RecipeOperations> views);

  /// Whether anything is scheduled.
  [[nodiscard]] bool moves() const { return size_.scheduled() || !driven_.empty(); }
  /// Throws Error{Code::usage}, naming the operation, the step and the ranges of its schedules, if
  /// the options of the recipe's operations are then inconsistent.
  /// @param step  steps beyond the end of the run count as its last one
  void apply(std::int64_t step, std::size_t view, std::span<augment::Operation> operations) const;
  /// @param views  all pipelines of a batch
  void apply(std::int64_t step, std::span<augment::Pipeline> views) const;

 private:
  [[nodiscard]] std::int64_t within_run(std::int64_t step) const;

  struct Driven {
    std::string list;       ///< "data.augment"
    std::size_t operation;  ///< index in the list
    std::string option;     ///< "p"
    schedule::Schedule schedule;
  };

  schedule::Horizon horizon_;
  TrainingSize size_;
  std::vector<RecipeOperations> views_;
  std::vector<Driven> driven_;
};

/// Makes the loader apply the driver to every batch; options without a schedule keep their values.
/// Throws Error{Code::usage}, naming the step, where the operations' options are inconsistent at
/// some step of the run.
void drive(data::LoaderOptions& training, std::shared_ptr<const DataDriver> driver,
           const schedule::Horizon& horizon);

}  // namespace temper::train
