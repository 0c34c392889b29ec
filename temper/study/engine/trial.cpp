#include "temper/study/engine/trial.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <set>
#include <string_view>

#include "temper/core/fields.h"
#include "temper/core/printable.h"
#include "temper/data/sources/data_digest.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/safetensors.h"
#include "temper/train/device.h"
#include "temper/train/logits_table.h"
#include "temper/train/open_data.h"
#include "temper/train/precision.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/table_rows.h"
#include "temper/train/training_size.h"
#include "temper/train/unlabelled.h"

namespace temper::study {
namespace {

std::set<std::string, std::less<>> parts_of(std::string_view text) {
  std::set<std::string, std::less<>> parts;
  for (const auto part : text | std::views::split(';'))
    if (!part.empty()) parts.emplace(part.begin(), part.end());
  return parts;
}

/// Of the options that open_data() reads, those that the digest and the sizes depend on.
std::string data_key(const recipe::Data& data) {
  auto key = fmt::format("{}\n{}\n{}\n{}", data.source, static_cast<int>(data.decode),
                         data.exif_orientation, static_cast<int>(data.on_bad_image));
  for (const auto& [source, weight] : data.sources) key += fmt::format("\n{} {}", weight, source);
  return key;
}

std::string hash_of_file(const std::string& from) {
  if (train::is_logits_table(from))
    return train::hash_of(train::read_logits_table(io::Safetensors(from), from));
  const auto weights = train::open_pretrained(from);
  auto text = train::hash_of(weights);
  if (weights.input) {
    const auto& input = *weights.input;
    text += fmt::format("\n{}\n{} {}\n{} {}", fmt::join(input.shape, " "),
                        fmt::join(input.normalisation.mean, " "),
                        fmt::join(input.normalisation.std, " "), input.crop_ratio.value_or(0),
                        name_of(input.interpolation));
  }
  return io::hash_hex(text);
}

}  // namespace

std::string teacher_of(const Trial& trial, const recipe::Recipe& part) {
  const auto& own = trial.recipe.distillation;
  if (trial.teachers.empty() || !own || !part.distillation) return "";
  return part.distillation->from == own->from ? trial.teachers.front() : std::string();
}

std::string beginning_fingerprint(const std::string& whole, std::int64_t until_epoch) {
  return io::hash_hex(fmt::format("{}\nuntil epoch {}", whole, until_epoch));
}

std::string asked(const Trial& trial) {
  std::vector<std::string> parts;
  if (trial.score_test) parts.emplace_back("test");
  if (trial.measures.sensitivity > 0)
    parts.push_back(fmt::format("sensitivity={}", trial.measures.sensitivity));
  if (!trial.measures.clusters.empty())
    parts.push_back(fmt::format("clusters={}", fmt::join(trial.measures.clusters, ",")));
  for (const auto& attack : trial.measures.attacks)
    parts.push_back(
        fmt::format("{}={:g},{},{}", attack.method, attack.radius, attack.steps, attack.images));
  return printable(fmt::format("{}", fmt::join(parts, ";")));
}

Result united(const Result& earlier, Result result) {
  auto parts = parts_of(result.measures);
  std::set<std::string, std::less<>> kinds;
  for (const auto& part : parts) kinds.insert(part.substr(0, part.find('=')));
  for (const auto& part : parts_of(earlier.measures))
    if (!kinds.contains(part.substr(0, part.find('=')))) parts.insert(part);
  result.measures = fmt::format("{}", fmt::join(parts, ";"));
  result.figures.insert(earlier.figures.begin(), earlier.figures.end());
  return result;
}

bool answers(const Result& result, const Trial& trial) {
  return result.diverged() ||
         std::ranges::includes(parts_of(result.measures), parts_of(asked(trial)));
}

model::Task task_of(const recipe::Recipe& recipe, const DataFacts& data) {
  auto task = data.task;
  const auto size = train::input_size(recipe, {task.height, task.width});
  task.height = size.height;
  task.width = size.width;
  return task;
}

std::int64_t steps_per_epoch(const recipe::Recipe& recipe, const DataFacts& data) {
  const auto& options = recipe.data;
  double held_out = options.validation;
  if (options.folds > 0) held_out = 1 / static_cast<double>(options.folds);
  if (data.has_validation) held_out = 0;
  auto images = static_cast<std::int64_t>(
      std::llround((1 - held_out) * static_cast<double>(data.train_images)));
  if (options.limit > 0) images = std::min(images, options.limit);
  if (recipe.semi) {
    if (!recipe.semi->include_labelled) images -= options.labels;
    return std::max<std::int64_t>(1, images / (options.batch * recipe.semi->ratio));
  }
  if (options.labels > 0) images = std::min(images, options.labels);
  return std::max<std::int64_t>(1, images / options.batch);
}

std::string Fingerprints::of(const Trial& trial) {
  auto text = of(trial.recipe, teacher_of(trial, trial.recipe));
  if (trial.until_epoch > 0) return beginning_fingerprint(text, trial.until_epoch);
  if (trial.before.empty()) return text;
  for (const auto& [until, recipe] : trial.before)
    text += fmt::format("\n{} until step {}", of(recipe, teacher_of(trial, recipe)), until);
  return io::hash_hex(text);
}

std::string Fingerprints::of(recipe::Recipe recipe, const std::string& teacher) {
  const auto& digest = data_of(recipe).digest;
  recipe.precision =
      train::resolve_precision(recipe.precision, train::resolve_device(recipe.device));
  train::resolve_semi(recipe);
  if (recipe.pretrained && recipe.pretrained->weights.empty())
    recipe.pretrained->weights = file_hash(recipe.pretrained->from);
  if (recipe.distillation && recipe.distillation->teacher.empty())
    recipe.distillation->teacher =
        !teacher.empty() ? teacher : file_hash(recipe.distillation->from);
  return recipe::fingerprint(recipe, digest, /*numerics=*/0);
}

const std::string& Fingerprints::file_hash(const std::string& from) {
  if (const auto known = hashes_.find(from); known != hashes_.end()) return known->second;
  return hashes_[from] = hash_of_file(from);
}

const DataFacts& Fingerprints::data_of(const recipe::Recipe& recipe) {
  const auto [place, is_new] = known_.try_emplace(data_key(recipe.data));
  if (is_new) try {
      const auto data = train::open_data(recipe);
      place->second = {
          .digest = data::digest_of(data).names,
          .task = {data.train->channels(), data.height, data.width, data.train->outputs()},
          .train_images = data.train->size(),
          .has_validation = data.validation != nullptr,
          .regression = !data.train->value_names().empty()};
    } catch (...) {
      known_.erase(place);
      throw;
    }
  return place->second;
}

}  // namespace temper::study
