#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "temper/augment/pipeline/input_transform.h"
#include "temper/data/loader/loader.h"
#include "temper/data/prepare/labels.h"
#include "temper/data/prepare/readable.h"
#include "temper/data/sources/data_digest.h"
#include "temper/data/sources/source.h"
#include "temper/data/sources/values.h"
#include "temper/model/network.h"
#include "temper/recipe/recipe.h"
#include "temper/schedule/schedule.h"

namespace temper::distributed {
class Group;
}

namespace temper::train {

struct PretrainedWeights;

/// A recipe applied to its data: everything that a run needs before it starts, with all "auto"
/// values resolved.
struct Plan {
  recipe::Recipe recipe;
  std::string fingerprint;       ///< of the recipe and data_digest.names
  data::DataDigest data_digest;  ///< of the data set before it is split
  at::Device device = at::kCPU;
  /// The processes that share each batch, of which this one has a part; null for one on its own.
  std::shared_ptr<distributed::Group> group = {};
  /// data.batch_per_rank as it was given: the plan's recipe has the whole batch in its place.
  std::int64_t batch_per_rank = 0;
  std::string note;  ///< why "auto" does not use an available GPU, or bf16; empty otherwise
  model::Task task;
  schedule::Horizon horizon;

  std::shared_ptr<const data::Source> train;
  std::shared_ptr<const data::Source>
      unlabelled;  ///< of recipe.semi: images without a label; null without
  std::shared_ptr<const data::Source>
      probe;  ///< a fixed part of `train`, as large as `validation` if there is one
  std::shared_ptr<const data::Source> validation;  ///< null when recipe.data.validation is 0
  std::shared_ptr<const data::Source> test;        ///< null when the data has none

  /// Mean and deviation of the training set's regression targets, by which the targets of all sets
  /// are standardized; empty for classification.
  data::ValueScale scale;

  std::vector<std::string> data_notes;  ///< a sentence for each kind of excluded images
  /// The weights of recipe.pretrained; null without, and where they are missing or others than
  /// those that the recipe has the hash of: the plan of an earlier run serves to evaluate it.
  std::shared_ptr<const PretrainedWeights> pretrained;
  /// Sentences about them: options that they set, deviations from them.
  std::vector<std::string> pretrained_notes;
  std::vector<data::ReplacedLabel> replaced;  ///< labels of `train` replaced by label noise
  /// Images excluded from probe, validation and test because they can't be read. Those of the
  /// training set are found by the loader.
  std::vector<data::BadImage> bad;

  augment::InputTransform transform;  ///< outside training, with the size of evaluation
  data::LoaderOptions training;
  data::LoaderOptions training_unlabelled;  ///< of `unlabelled`
  data::LoaderOptions evaluation;           ///< with the transform; see read_with()

  /// Height and width of the network's input, which training has unless data.train_size is given,
  /// and evaluation unless evaluation.size is.
  [[nodiscard]] augment::Size input() const { return {task.height, task.width}; }
  /// Images of a batch that this process trains on; all of them in a process on its own. The
  /// largest number of any process.
  [[nodiscard]] std::int64_t own_batch() const;
  /// Regression targets in place of classes.
  [[nodiscard]] bool is_regression() const { return !scale.mean.empty(); }
};

/// Throws Error: usage where the data or the machine does not support the recipe, data for data
/// that can't be trained on.
/// @param group  the processes that train together; all of them make the same plan, which they
///               compare: throws Error{Code::usage} where one has another recipe or other data
Plan plan(const recipe::Recipe& recipe, const data::Dataset& data,
          std::shared_ptr<distributed::Group> group = {});

/// The plan of a process on its own.
Plan alone(Plan plan);

/// Makes the plan evaluate with that transform.
void read_with(Plan& plan, augment::InputTransform transform);

/// The network with its initial weights, random or those of recipe.pretrained, on the plan's
/// device, but for those that are computed from images: see initial_network(). Throws as
/// load_pretrained() does.
std::unique_ptr<model::Network> build_network(const Plan& plan);

/// Sets the calling thread up for bit-exact reproducibility: number of threads, deterministic
/// algorithms. Makes the C library keep freed memory in the process, so that steps reuse it.
void prepare_thread(const Plan& plan);

/// Returns the freed memory that the process keeps to the system. For when training images change
/// size: blocks of the old size would be holes that the new size's tensors do not fill.
void release_memory();

}  // namespace temper::train
