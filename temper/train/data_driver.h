#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline.h"
#include "temper/data/loader.h"
#include "temper/recipe/recipe.h"
#include "temper/train/training_size.h"

namespace temper::train {

/// Writes the values of scheduled numbers into the operations that a batch is made with, and its
/// size, as functions of the step alone.
class DataDriver {
 public:
  /// @param first  place of data.augment's first operation in the loader's list
  DataDriver(const recipe::Recipe& recipe, const schedule::Horizon& horizon, TrainingSize size,
             std::size_t first);

  /// Whether anything changes from step to step.
  [[nodiscard]] bool moves() const { return size_.scheduled() || !driven_.empty(); }
  /// @param step  batches beyond the run's end are made as its last
  void apply(std::int64_t step, std::span<augment::Operation> operations) const;
  void apply(std::int64_t step, augment::Pipeline& pipeline) const;

 private:
  [[nodiscard]] std::int64_t within_run(std::int64_t step) const;

  struct Driven {
    std::size_t operation;
    std::string option;  ///< "p"
    schedule::Schedule schedule;
  };

  schedule::Horizon horizon_;
  TrainingSize size_;
  std::vector<Driven> driven_;
};

/// Has the loader make each batch as the driver says for its step; options that have no schedule
/// stay as they are. Throws Error{Code::usage} where operations contradict each other at some step
/// of the run, naming it.
void drive(data::LoaderOptions& training, std::shared_ptr<const DataDriver> driver,
           const schedule::Horizon& horizon);

}  // namespace temper::train
