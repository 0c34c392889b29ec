#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "temper/data/labels.h"
#include "temper/data/loader.h"
#include "temper/data/readable.h"
#include "temper/data/source.h"
#include "temper/data/values.h"
#include "temper/model/network.h"
#include "temper/recipe/recipe.h"
#include "temper/schedule/schedule.h"

namespace temper::train {

/// A recipe applied to its data: everything that a run needs to know before it begins, with nothing
/// left to "auto".
struct Plan {
  recipe::Recipe recipe;
  std::string fingerprint;  ///< of the recipe and the data
  std::string data_digest;  ///< of all images, labels and values, before they are split
  at::Device device = at::kCPU;
  std::string note;  ///< why "auto" left a GPU that is there unused; else empty
  model::Task task;
  schedule::Horizon horizon;

  std::shared_ptr<const data::Source> train;
  std::shared_ptr<const data::Source>
      probe;  ///< a fixed part of `train`, as large as `validation` if there is one
  std::shared_ptr<const data::Source> validation;  ///< null when recipe.data.validation is 0
  std::shared_ptr<const data::Source> test;        ///< null when the data has none

  /// Of the training set's values, by which all sets here are standardised; empty for classes.
  data::ValueScale scale;

  std::vector<std::string> data_notes;        ///< images that were left out, a sentence each
  std::vector<data::ReplacedLabel> replaced;  ///< labels of `train` that noise has replaced
  /// Images that were taken out of probe, validation and test since they can't be read. In training
  /// the loader finds them.
  std::vector<data::BadImage> bad;

  data::LoaderOptions training;
  data::LoaderOptions evaluation;

  /// Values in place of classes.
  [[nodiscard]] bool learns_values() const { return !scale.mean.empty(); }
};

/// Throws Error: usage for what the recipe asks and this data or machine cannot give, data for data
/// unfit to train on.
Plan plan(const recipe::Recipe& recipe, const data::Dataset& data);

/// The network with its initial weights, on the plan's device.
std::unique_ptr<model::Network> build_network(const Plan& plan);

/// Sets the calling thread up for bit-equal repetition: number of threads, deterministic
/// algorithms. Has the C library keep the process's memory, so that steps find theirs again.
void prepare_thread(const Plan& plan);

}  // namespace temper::train
