#include "temper/train/teacher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/digest.h"
#include "temper/train/copy_weights.h"
#include "temper/train/foreign_model.h"
#include "temper/train/logits_table.h"
#include "temper/train/precision.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/saved_model.h"
#include "temper/train/state.h"
#include "temper/train/table_rows.h"

namespace temper::train {
namespace {

[[noreturn]] void refuse(const Plan& plan, const std::string& why) {
  throw Error(Code::usage, recipe::place(plan.recipe.places, "distillation.from"),
              fmt::format("distillation.from: {}", why));
}

/// The number of classes of weights that don't tell it: that of their last layer, if it has the
/// name and the width of the network's; 0: not known.
std::int64_t outputs_of(const PretrainedWeights& weights, const model::Task& task) {
  const auto network = model::build(*weights.architecture, task, /*seed=*/0);
  const auto* const head = model::head_weight(*network);
  if (head == nullptr) return 0;
  const auto& views = weights.views();
  const auto found = std::ranges::find(views, head->name, &io::TensorView::name);
  const bool fits =
      found != views.end() && found->shape.size() == 2 && found->shape[1] == head->value.size(1);
  return fits ? found->shape[0] : 0;
}

/// Gives the teacher the classes of its weights, as far as they are known, in place of this run's.
void take_classes(const PretrainedWeights& weights, SavedModel& teacher) {
  const auto outputs = weights.outputs > 0 ? weights.outputs : outputs_of(weights, teacher.task);
  if (outputs == 0) return;
  teacher.task.classes = outputs;
  teacher.classes = weights.classes;
  teacher.classes.resize(static_cast<std::size_t>(outputs));
}

/// The network in a file of tensors alone, which reads images as this run does and has its classes,
/// unless only its features teach.
SavedModel from_file(const Plan& plan, const std::string& file) {
  const auto weights = open_pretrained(file);
  if (!weights.architecture)
    refuse(plan,
           fmt::format("{} does not say which network its tensors are of, and its name does not "
                       "begin with one of timm's names; name it so, as in \"resnet50.pth\", or "
                       "use a folder with config.json",
                       file));
  SavedModel teacher{.recipe = plan.recipe, .classes = plan.train->classes(), .task = plan.task};
  if (!teaches_logits(plan.recipe)) take_classes(weights, teacher);
  teacher.transform = weights.input ? foreign_transform(*weights.input) : plan.transform;
  teacher.network = model::build(*weights.architecture, teacher.task, /*seed=*/0);
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
           "\"runs/teacher\", a folder with config.json, a file of tensors, or a table of logits");
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

void require_same_number(const Plan& plan, std::int64_t theirs) {
  const auto ours = std::ssize(plan.train->classes());
  if (theirs != ours)
    refuse(plan,
           fmt::format("{} was trained on {} classes, but this data has {}; the teacher needs the "
                       "same classes",
                       plan.recipe.distillation->from, theirs, ours));
}

/// @param named  whether the teacher's classes have names; otherwise their number is compared
void require_same_classes(const Plan& plan, const std::vector<std::string>& teachers, bool named) {
  const auto& from = plan.recipe.distillation->from;
  const auto& classes = plan.train->classes();
  const auto [theirs, ours] = std::ranges::mismatch(teachers, classes);
  const bool same_number = teachers.size() == classes.size();
  if ((named || !same_number) && theirs != teachers.end() && ours != classes.end())
    refuse(plan, fmt::format("class {} of {} is \"{}\", but \"{}\" in this data; the teacher "
                             "needs the same classes in the same order",
                             theirs - teachers.begin(), from, *theirs, *ours));
  require_same_number(plan, std::ssize(teachers));
}

void require_same_input(const Plan& plan, const SavedModel& teacher) {
  const auto& from = plan.recipe.distillation->from;
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

Teacher from_network(const Plan& plan) {
  auto teacher = saved(plan);
  const auto& from = plan.recipe.distillation->from;
  if (teaches_logits(plan.recipe))
    require_same_classes(plan, teacher.classes, has_class_names(from));
  require_same_input(plan, teacher);
  if (plan.recipe.distillation->features && model::head_weight(*teacher.network) == nullptr)
    refuse(plan, fmt::format("the network of {} does not say which layer is its head, so that it "
                             "has no features to teach; leave out distillation.features",
                             from));
  auto hash = hash_of_weights(*teacher.network);
  teacher.network->to(plan.device);
  teacher.network->set_format(format_of(plan.recipe.precision));
  return {.network = std::move(teacher.network), .logits = {}, .hash = std::move(hash)};
}

Teacher from_table(const Plan& plan) {
  const auto& from = plan.recipe.distillation->from;
  if (plan.recipe.distillation->features)
    refuse(plan, fmt::format("{} is a table of logits, which has no features to teach; use a "
                             "network, or leave out distillation.features",
                             from));
  const auto table = read_logits_table(io::Safetensors(from), from);
  if (!table.classes.empty()) require_same_classes(plan, table.classes, /*named=*/true);
  require_same_number(plan, table.columns());
  try {
    return {.network = nullptr,
            .logits = rows_of(table, *plan.train).to(plan.device),
            .hash = hash_of(table)};
  } catch (const Error& error) {
    if (error.code() == Code::usage) refuse(plan, fmt::format("{}: {}", from, error.what()));
    throw error.within({.file = from});
  }
}

Teacher loaded(const Plan& plan) {
  return is_logits_table(plan.recipe.distillation->from) ? from_table(plan) : from_network(plan);
}

}  // namespace

bool teaches_logits(const recipe::Recipe& recipe) {
  const auto& distillation = recipe.distillation;
  return distillation && (distillation->weight != 0 || !distillation->features ||
                          recipe.schedules.contains("distillation.weight"));
}

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

Teacher load_teacher(const Plan& plan) {
  auto teacher = loaded(plan);
  const auto& expected = plan.recipe.distillation->teacher;
  if (!expected.empty() && teacher.hash != expected)
    refuse(plan, fmt::format("the {} in {} are not those of this run's teacher "
                             "(distillation.teacher = \"{}\"); restore them, or start a new run",
                             teacher.network ? "weights" : "logits", plan.recipe.distillation->from,
                             expected));
  return teacher;
}

void resolve_teacher(Plan& plan) {
  if (!plan.recipe.distillation || !plan.recipe.distillation->teacher.empty()) return;
  plan.recipe.distillation->teacher = loaded(plan).hash;
}

}  // namespace temper::train
