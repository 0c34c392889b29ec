#include "temper/train/teacher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "temper/core/error.h"
#include "temper/data/sources/digest.h"
#include "temper/train/copy_weights.h"
#include "temper/train/foreign_model.h"
#include "temper/train/precision.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/saved_model.h"
#include "temper/train/state.h"

namespace temper::train {
namespace {

[[noreturn]] void refuse(const Plan& plan, const std::string& why) {
  throw Error(Code::usage, recipe::place(plan.recipe.places, "distillation.from"),
              fmt::format("distillation.from: {}", why));
}

/// The network in a file of tensors alone, which reads images as this run does and has its classes.
SavedModel from_file(const Plan& plan, const std::string& file) {
  const auto weights = open_pretrained(file);
  if (!weights.architecture)
    refuse(plan,
           fmt::format("{} does not say which network its tensors are of, and its name does not "
                       "begin with one of timm's names; name it so, as in \"resnet50.pth\", or "
                       "use a folder with config.json",
                       file));
  SavedModel teacher{.recipe = plan.recipe, .classes = plan.train->classes(), .task = plan.task};
  teacher.transform = weights.input ? foreign_transform(*weights.input) : plan.transform;
  teacher.network = model::build(*weights.architecture, plan.task, /*seed=*/0);
  if (const auto notes = copy_weights(weights, *teacher.network, teacher.classes); !notes.empty())
    refuse(plan, fmt::format("{}: {}", file, notes.front()));
  teacher.network->train(false);
  return teacher;
}

SavedModel saved(const Plan& plan) {
  const auto& from = plan.recipe.distillation->from;
  if (from.empty())
    refuse(plan,
           "no teacher is given; expected the directory of a finished run, such as "
           "\"runs/teacher\", a folder with config.json, or a file of tensors");
  try {
    return std::filesystem::is_regular_file(from) ? from_file(plan, from) : load_model(from);
  } catch (const Error& error) {
    if (error.code() != Code::usage) throw;
    refuse(plan, error.what());
  }
}

/// Folders that timm wrote need not name their classes; then their number is compared.
bool has_class_names(const std::string& from) {
  return !std::filesystem::exists(config_file(from)) || !open_pretrained(from).classes.empty();
}

std::string shape(const model::Task& task) {
  return fmt::format("{} x {} x {}", task.channels, task.height, task.width);
}

void require_same_task(const Plan& plan, const SavedModel& teacher) {
  const auto& from = plan.recipe.distillation->from;
  const auto& classes = plan.train->classes();
  const bool same =
      has_class_names(from) ? teacher.classes == classes : teacher.classes.size() == classes.size();
  if (!same) {
    const auto [theirs, ours] = std::ranges::mismatch(teacher.classes, classes);
    refuse(plan, theirs != teacher.classes.end() && ours != classes.end()
                     ? fmt::format("class {} of {} is \"{}\", but \"{}\" in this data; the teacher "
                                   "needs the same classes in the same order",
                                   theirs - teacher.classes.begin(), from, *theirs, *ours)
                     : fmt::format("{} was trained on {} classes, but this data has {}; the "
                                   "teacher needs the same classes",
                                   from, teacher.classes.size(), classes.size()));
  }
  const auto& task = teacher.task;
  if (task.channels != plan.task.channels || task.height != plan.task.height ||
      task.width != plan.task.width)
    refuse(plan, fmt::format("{} takes images of {} (channels x height x width), but this run uses "
                             "{}; train both with the same data.size",
                             from, shape(task), shape(plan.task)));
  const auto& normalisation = plan.evaluation.normalisation;
  const auto& theirs = teacher.transform.normalisation;
  if (!augment::agree(theirs.mean, normalisation.mean) ||
      !augment::agree(theirs.std, normalisation.std))
    refuse(plan,
           fmt::format("{} was trained with normalization mean [{}] and std [{}], but this run has "
                       "[{}] and [{}], computed from other training images; train both with the "
                       "same data, validation, limit and seed",
                       from, fmt::join(theirs.mean, ", "), fmt::join(theirs.std, ", "),
                       fmt::join(normalisation.mean, ", "), fmt::join(normalisation.std, ", ")));
}

}  // namespace

std::string hash_of_weights(const model::Network& network) {
  data::Digest digest;
  for (const auto& [name, tensor] : weights(network)) {
    const auto values = tensor.detach().to(at::kCPU).contiguous();
    digest.add(name).add(std::string_view(values.dtype().name()));
    for (const auto size : values.sizes()) digest.add(size);
    digest.add(std::span(static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()));
  }
  return digest.hex();
}

std::shared_ptr<model::Network> load_teacher(const Plan& plan) {
  auto teacher = saved(plan);
  require_same_task(plan, teacher);
  const auto& expected = plan.recipe.distillation->teacher;
  if (!expected.empty() && hash_of_weights(*teacher.network) != expected)
    refuse(plan,
           fmt::format("the weights in {} are not those of this run's teacher "
                       "(distillation.teacher = \"{}\"); restore that run, or start a new one",
                       plan.recipe.distillation->from, expected));
  teacher.network->to(plan.device);
  teacher.network->set_format(format_of(plan.recipe.precision));
  return std::move(teacher.network);
}

void resolve_teacher(Plan& plan) {
  if (!plan.recipe.distillation || !plan.recipe.distillation->teacher.empty()) return;
  plan.recipe.distillation->teacher = hash_of_weights(*load_teacher(plan));
}

}  // namespace temper::train
