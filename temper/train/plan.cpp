#include "temper/train/plan.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pipeline/views.h"
#include "temper/core/error.h"
#include "temper/core/processors.h"
#include "temper/data/prepare/normalisation.h"
#include "temper/data/prepare/prepare.h"
#include "temper/data/prepare/sampler.h"
#include "temper/data/prepare/split.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/subset.h"
#include "temper/distributed/group.h"
#include "temper/model/architecture.h"
#include "temper/recipe/contradictions.h"
#include "temper/train/compare_bad_images.h"
#include "temper/train/data_driver.h"
#include "temper/train/data_parallel.h"
#include "temper/train/device.h"
#include "temper/train/evaluation_input.h"
#include "temper/train/gpus_of_ranks.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/perturb.h"
#include "temper/train/precision.h"
#include "temper/train/pretrained.h"
#include "temper/train/stopping.h"
#include "temper/train/teacher.h"
#include "temper/train/training_size.h"
#include "temper/train/unlabelled.h"
#include "temper/train/values.h"

namespace temper::train {
namespace {

/// Large enough for speed, and without gradients mostly small enough to need less memory than a
/// training step.
constexpr std::int64_t kEvaluationBatch = 256;

/// Those of this process: launchers give each of a machine's processes some, or leave all to all.
std::int64_t processors(const distributed::Group* group) {
  const auto own = temper::processors();
  if (group == nullptr) return own;
  const std::int64_t all = std::thread::hardware_concurrency();
  return std::clamp<std::int64_t>(all / group->ranks().local_size, 1, own);
}

/// Small images in memory are cheap to prepare: one worker thread is enough. Pictures from files
/// need all cores.
std::int64_t choose_loader_threads(const data::Dataset& data, const distributed::Group* group) {
  return data.height > 0 && data.height <= 64 ? 1 : processors(group);
}

/// The part of each batch that this process has.
std::optional<data::BatchPart> part_of(const Plan& plan) {
  if (!plan.group) return std::nullopt;
  const auto rows =
      distributed::rows_of(plan.recipe.data.batch, plan.group->rank(), plan.group->size());
  return data::BatchPart{rows.first, rows.count};
}

/// Refuses what can't be trained in several processes.
void check_ranks(const Plan& plan) {
  if (!plan.group) return;
  check_data_parallel(plan.recipe, plan.group->size());
}

/// Joins the ranks' GPUs. Throws where not all of them train on one of their own, or none does.
void agree_on_device(const Plan& plan, const ComputeDevice& own) {
  if (!plan.group) return;
  check_gpus(plan.group->gather(own.id), plan.group->gather(own.note));
  if (own.device == recipe::Device::cpu) return;
  if (own.join == nullptr)
    throw Error(Code::usage, {.option = "device"},
                "this CUDA module was built without NCCL, by which processes exchange gradients on "
                "GPUs: install it with scripts/setup --cuda and build again, set device = \"cpu\", "
                "or train in one process");
  plan.group->join_gpus(own.join);
}

/// Makes the ranks compute in one number format: "auto" is bf16 only where it is on all of them, as
/// each step waits for the slowest. Throws where recipes ask for different ones.
/// @param asked  by the recipe; the plan's has what that is on this machine
void agree_on_precision(Plan& plan, recipe::Precision asked) {
  if (!plan.group) return;
  auto& own = plan.recipe.precision;
  const auto asked_by = plan.group->gather(std::string(name_of(asked)));
  auto formats = plan.group->gather(std::string(name_of(own)));
  const std::string fp32(name_of(recipe::Precision::fp32));
  const std::string automatic(name_of(recipe::Precision::automatic));
  const auto slower = std::ranges::find(formats, fp32) - formats.begin();
  const bool all_bf16 = slower == std::ssize(formats);
  for (std::size_t rank = 0; rank < formats.size(); ++rank)
    if (asked_by[rank] == automatic && !all_bf16) formats[rank] = fp32;
  for (std::size_t rank = 1; rank < formats.size(); ++rank)
    if (formats[rank] != formats.front())
      throw Error(
          Code::usage, {.option = "precision"},
          fmt::format("rank {} would compute in {} (precision = \"{}\") and rank 0 in {} "
                      "(precision = \"{}\"); all ranks must train with the same recipe",
                      rank, formats[rank], asked_by[rank], formats.front(), asked_by.front()));
  if (asked != recipe::Precision::automatic || all_bf16 || own == recipe::Precision::fp32) return;
  own = recipe::Precision::fp32;
  plan.note += fmt::format(
      "{}precision = \"auto\" is \"fp32\" here, as rank {} computes in it: all ranks must have one "
      "number format",
      plan.note.empty() ? "" : "; ", slower);
}

/// What all ranks must have in common. Options that don't change results are not part of the
/// fingerprint, but where the optimizer's state is divided all ranks take part in a checkpoint.
std::string text_for_ranks(const Plan& plan) {
  const auto& recipe = plan.recipe;
  if (!recipe.shard_optimizer) return plan.fingerprint;
  return fmt::format("{}, shard_optimizer, checkpoints: {} {} {}", plan.fingerprint,
                     recipe.checkpoint.every_steps, recipe.checkpoint.every_epochs,
                     name_of(recipe.checkpoint.best));
}

/// Throws unless all ranks have the same plan. The bytes of images are compared where both know
/// them.
void compare_ranks(const Plan& plan) {
  if (!plan.group) return;
  const auto names = plan.group->gather(plan.data_digest.names);
  const auto contents = plan.group->gather(plan.data_digest.contents);
  const auto fingerprints = plan.group->gather(text_for_ranks(plan));
  for (std::size_t rank = 1; rank < names.size(); ++rank) {
    const bool known = !contents[rank].empty() && !contents.front().empty();
    const bool same_data =
        names[rank] == names.front() && (!known || contents[rank] == contents.front());
    if (same_data && fingerprints[rank] == fingerprints.front()) continue;
    throw Error(
        Code::usage,
        fmt::format("rank {} has another {} than rank 0; all ranks must train with the same "
                    "recipe, the same --set options and the same data",
                    rank, same_data ? "recipe" : "data set"));
  }
}

/// A fixed subset of the training set, as large as the validation set, or a tenth of the training
/// set without one.
std::shared_ptr<const data::Source> probe_of(const data::Dataset& sets, std::uint64_t seed) {
  const auto count = sets.validation ? sets.validation->size() : (sets.train->size() + 9) / 10;
  return std::make_shared<data::Subset>(sets.train,
                                        data::random_rows(sets.train->size(), count, seed));
}

/// Operations of the recipe, preceded by those that bring images to the network's input, unless one
/// of the recipe's does that. Options of [evaluation] don't count here: they don't reach training.
std::vector<augment::Operation> training_operations(std::span<const augment::Operation> asked,
                                                    bool same_size) {
  std::vector<augment::Operation> all;
  if (std::ranges::none_of(asked, augment::fits_input))
    all = augment::evaluation_operations(same_size);
  all.insert(all.end(), asked.begin(), asked.end());
  return all;
}

/// The order of an epoch's images; empty for the loader's own.
data::Order order_of(const recipe::Sampling& sampling, const data::Source& train,
                     std::uint64_t seed) {
  struct Made {
    const data::Source& train;
    std::uint64_t seed;
    data::Order operator()(const recipe::Shuffle& /*options*/) const {
      return data::shuffled(train, seed);
    }
    data::Order operator()(const recipe::ClassBalanced& options) const {
      return data::class_balanced(train, options.power, seed);
    }
    data::Order operator()(const recipe::Repeated& options) const {
      return data::repeated(train, options.num_repeats, seed);
    }
  };
  return std::visit(Made{train, seed}, sampling);
}

data::Preparation preparation_of(const recipe::Recipe& recipe) {
  const auto& data = recipe.data;
  return {.validation = data.validation,
          .split_seed = data.split_seed.value,
          .folds = data.folds,
          .fold = data.fold,
          .limit = data.limit,
          .labelled = data.labelled,
          .labels = data.labels,
          .label_noise = data.label_noise,
          .unlabelled = recipe.semi.has_value(),
          .include_labelled = recipe.semi && recipe.semi->include_labelled};
}

/// Excludes unreadable images from the evaluated sets, where the recipe skips them: scores are over
/// the others.
void leave_out_bad_images(Plan& plan) {
  const auto read = [&](std::shared_ptr<const data::Source>& set, const char* name) {
    if (!set) return;
    auto [readable, bad] = data::readable_images(set, *plan.recipe.data.loader_threads.value);
    if (!readable)
      throw Error(Code::data, {.image = bad.front().where},
                  fmt::format("{}; none of the {} images of the {} set can be read",
                              bad.front().reason, bad.size(), name));
    set = std::move(readable);
    plan.bad.insert(plan.bad.end(), bad.begin(), bad.end());
  };
  read(plan.probe, "training");
  read(plan.validation, "validation");
  read(plan.test, "test");
}

/// The number of the recipe's operations that are applied to each view, counted from the first.
std::vector<std::size_t> operations_by_view(const recipe::Recipe& recipe) {
  const auto all = recipe.data.augment.size();
  if (!recipe.consistency) return {all};
  const auto first_view = recipe.consistency->first_view;
  std::vector<std::size_t> views(static_cast<std::size_t>(recipe.consistency->views), all);
  if (first_view >= 0) views.front() = static_cast<std::size_t>(first_view);
  return views;
}

/// The operations of a view, a part of a list in the recipe.
struct AskedView {
  std::span<const augment::Operation> operations;
  std::string list = "data.augment";
};

/// Adds views to a training loader's options, with what schedules change from step to step.
/// @param same_size  all images have the network's input size
void add_views(const Plan& plan, std::span<const AskedView> views, bool same_size,
               data::LoaderOptions& options) {
  const TrainingSize sizes(plan.recipe, plan.horizon, plan.input());
  options.views.clear();
  options.size = sizes.at(sizes.largest_at());
  std::vector<RecipeOperations> asked;
  for (const auto& one : views) {
    const auto count = one.operations.size();
    auto& view = options.views.emplace_back(training_operations(one.operations, same_size));
    asked.push_back({.first = view.size() - count, .count = count, .list = one.list});
    // The operations may give another size than data.train_size: images are resized last.
    if (sizes.given()) view.emplace_back(augment::Resize{.sides = augment::ResizedSides::both});
  }
  drive(options, std::make_shared<DataDriver>(plan.recipe, plan.horizon, sizes, std::move(asked)),
        plan.horizon);
}

/// The training loader's options. With unlabeled images, of which an epoch is a pass, the labeled
/// ones go on and on in the order of their own epochs.
data::LoaderOptions training_options(const Plan& plan, bool same_size) {
  const auto& data = plan.recipe.data;
  const auto seed = static_cast<std::uint64_t>(plan.recipe.seed);
  data::LoaderOptions options{.normalisation = plan.evaluation.normalisation,
                              .batch = data.batch,
                              .seed = seed,
                              .part = part_of(plan),
                              .threads = *data.loader_threads.value,
                              .order = order_of(data.sampling, *plan.train, seed),
                              .skip_bad = data.on_bad_image == recipe::OnBadImage::skip};
  if (plan.unlabelled) {
    const auto images = plan.train->size();
    options.rows = plan.horizon.steps_per_epoch * data.batch;
    options.order = data::continued(options.order ? options.order : data::permuted(images, seed),
                                    images, options.rows);
  }
  std::vector<AskedView> views;
  for (const auto count : operations_by_view(plan.recipe))
    views.push_back({.operations = std::span(data.augment).first(count)});
  add_views(plan, views, same_size, options);
  return options;
}

/// Those of the unlabeled images.
data::LoaderOptions unlabelled_options(const Plan& plan, bool same_size) {
  const auto& semi = *plan.recipe.semi;
  auto options = plan.training;
  options.batch = plan.recipe.data.batch * semi.ratio;
  if (options.part)
    options.part =
        data::BatchPart{options.part->first * semi.ratio, options.part->count * semi.ratio};
  options.seed = unlabelled_seed(plan.recipe);
  options.rows = 0;
  options.order = {};
  options.adapt = {};
  const auto shown = semi::views_of(semi.method);
  std::vector<AskedView> views(static_cast<std::size_t>(shown.weak),
                               {.operations = plan.recipe.data.augment});
  if (shown.strong) views.push_back({.operations = semi.strong, .list = "semi.augment"});
  add_views(plan, views, same_size, options);
  return options;
}

/// Steps of an epoch: a pass over the training images, or over those without a label.
std::int64_t steps_per_epoch(const Plan& plan) {
  const auto batch = plan.recipe.data.batch;
  if (plan.unlabelled) {
    const auto ratio = plan.recipe.semi->ratio;
    const auto images = plan.unlabelled->size();
    if (images >= batch * ratio) return images / (batch * ratio);
    throw Error(Code::usage, {.option = "semi.ratio"},
                fmt::format("semi.ratio = {} and data.batch_size = {} ask for {} unlabeled images "
                            "a step, and there are {}; lower one of them",
                            ratio, batch, batch * ratio, images));
  }
  const auto batches = plan.train->size() / batch;
  if (batches == 0)
    throw Error(
        Code::usage, {.option = "data.batch_size"},
        fmt::format("data.batch_size = {} is larger than the training set of {} images; lower it",
                    batch, plan.train->size()));
  return batches;
}

/// That of the recipe, or of the data.
augment::Normalisation normalisation_of(const recipe::Data& options, const data::Dataset& sets) {
  if (options.mean.empty() && options.std.empty())
    return data::normalisation_of(sets, options.on_bad_image == recipe::OnBadImage::skip);
  const auto channels = sets.train->channels();
  for (const auto& [name, values] :
       {std::pair{"data.mean", &options.mean}, std::pair{"data.std", &options.std}})
    if (std::ssize(*values) != channels)
      throw Error(Code::usage, {.option = name},
                  fmt::format("{} has {} numbers, but the images have {} channels; expected one "
                              "for each channel in both data.mean and data.std, or none",
                              name, values->size(), channels));
  return {options.mean, options.std};
}

/// The sets whose training images normalization is measured on: with unlabeled ones, those.
data::Dataset measured_sets(data::Dataset sets,
                            const std::shared_ptr<const data::Source>& unlabelled) {
  if (unlabelled) sets.train = unlabelled;
  return sets;
}

Plan planned(const recipe::Recipe& recipe, const data::Dataset& data,
             std::shared_ptr<distributed::Group> group) {
  data::check_names(*data.train);
  Plan plan{.recipe = recipe};
  plan.group = std::move(group);
  auto& options = plan.recipe;
  plan.batch_per_rank = options.data.batch_per_rank;
  recipe::resolve_batch(options, plan.group ? plan.group->size() : 1);
  const auto seed = static_cast<std::uint64_t>(options.seed);
  const auto processor = resolve_device(options.device);
  plan.device = processor.where();
  plan.note = processor.note;
  options.device = processor.device;
  agree_on_device(plan, processor);
  const auto asked = options.precision;
  options.precision = resolve_precision(asked, processor);
  agree_on_precision(plan, asked);
  if (!options.threads.value) options.threads.value = processors(plan.group.get());
  if (!options.data.loader_threads.value)
    options.data.loader_threads.value = choose_loader_threads(data, plan.group.get());

  const bool valued = !data.train->value_names().empty();
  if (valued) check_regression(options);
  resolve_semi(options);
  check_ranks(plan);
  recipe::check_contradictions(options);
  auto prepared = data::prepare(data, preparation_of(options), seed);
  auto& sets = prepared.sets;
  plan.scale = data::value_scale(*sets.train);
  for (auto* set : {&sets.train, &sets.validation, &sets.test})
    if (*set) *set = data::standardised(*set, plan.scale);
  plan.data_notes = std::move(prepared.notes);
  plan.replaced = std::move(prepared.replaced);
  plan.train = sets.train;
  plan.unlabelled = std::move(prepared.unlabelled);
  plan.validation = sets.validation;
  plan.test = sets.test;
  plan.probe = probe_of(sets, seed);
  if (options.data.on_bad_image == recipe::OnBadImage::skip) leave_out_bad_images(plan);
  resolve_pretrained(plan, sets.train->channels());
  const auto input = input_size(options, {data.height, data.width});
  plan.task = {sets.train->channels(), input.height, input.width, sets.train->outputs()};

  plan.horizon = recipe::horizon_of(options, steps_per_epoch(plan));
  recipe::check_schedules(options, plan.horizon);
  recipe::check_lengths(options, plan.horizon);
  if (!valued) loss::check(options.loss, plan.task.classes);
  check_mixing(options, valued);
  check_adversarial(options, plan.task, plan.horizon);
  recipe::check_plateaus(options, plan.validation != nullptr);
  check_stopping(options, plan.validation != nullptr);
  recipe::resolve(options, plan.horizon);
  const augment::Size images{data.height, data.width};
  auto transform = evaluation_input(options, plan.task.channels, images, input);
  if (const auto& tta = options.evaluation.tta) (void)augment::views_of(*tta, transform);
  check_evaluation_attack(options,
                          transform.input.at(0) * transform.input.at(1) * transform.input.at(2),
                          plan.validation != nullptr);
  transform.normalisation = normalisation_of(options.data, measured_sets(sets, plan.unlabelled));
  read_with(plan, std::move(transform));
  plan.training = training_options(plan, images == input);
  if (plan.unlabelled) plan.training_unlabelled = unlabelled_options(plan, images == input);
  resolve_teacher(plan);
  try_pretrained(plan);
  plan.data_digest = data::digest_of(data);
  plan.fingerprint = recipe::fingerprint(options, plan.data_digest.names);
  compare_ranks(plan);
  compare_bad_images(plan);
  return plan;
}

/// Keeps freed tensor memory in the process: a step allocates the same sizes as the one before, and
/// memory returned to the system would have to be mapped and cleared again.
void keep_memory() {
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);
  ::mallopt(M_TOP_PAD, 16 << 20);
}

}  // namespace

Plan plan(const recipe::Recipe& recipe, const data::Dataset& data,
          std::shared_ptr<distributed::Group> group) {
  return recipe::with_places(recipe.places,
                             [&] { return planned(recipe, data, std::move(group)); });
}

Plan alone(Plan plan) {
  plan.group = nullptr;
  plan.training.part.reset();
  plan.training_unlabelled.part.reset();
  return plan;
}

std::int64_t Plan::own_batch() const {
  if (!group) return recipe.data.batch;
  return (recipe.data.batch + group->size() - 1) / group->size();
}

void read_with(Plan& plan, augment::InputTransform transform) {
  plan.evaluation = data::evaluation_options(transform);
  plan.evaluation.batch = kEvaluationBatch;
  plan.evaluation.threads = *plan.recipe.data.loader_threads.value;
  plan.transform = std::move(transform);
}

std::unique_ptr<model::Network> build_network(const Plan& plan) {
  const auto& recipe = plan.recipe;
  return recipe::with_places(recipe.places, [&] {
    auto network = model::build(recipe.model, plan.task, static_cast<std::uint64_t>(recipe.seed));
    load_pretrained(plan, *network);
    network->to(plan.device);
    network->set_format(format_of(recipe.precision));
    return network;
  });
}

void prepare_thread(const Plan& plan) {
  // With OMP_DYNAMIC set LibTorch has been seen to hang. The function must be that of LibTorch's
  // own copy of libgomp.
  if (void* found = dlsym(RTLD_DEFAULT, "omp_set_dynamic"); found != nullptr)
    reinterpret_cast<void (*)(int)>(found)(0);
  at::set_num_threads(static_cast<int>(*plan.recipe.threads.value));
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  // No code here reads uninitialized memory.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
  at::globalContext().setBenchmarkCuDNN(false);
  keep_memory();
}

void release_memory() {
  ::malloc_trim(0);
}

}  // namespace temper::train
