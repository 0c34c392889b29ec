#include "temper/evaluate/corruptions.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/spelling.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/corrupted_source.h"
#include "temper/evaluate/evaluate.h"

namespace temper::evaluate {
namespace {

template <class T>
std::vector<T> sorted_once(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<corrupt::Kind> first_kinds(int count) {
  std::vector<corrupt::Kind> kinds;
  for (int k = 0; k < count; ++k) kinds.push_back(static_cast<corrupt::Kind>(k));
  return kinds;
}

corrupt::Kind kind_named(const std::string& name) {
  constexpr const auto& names = EnumNames<corrupt::Kind>::value;
  const auto* const found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<corrupt::Kind>(found - names.begin());
  throw Error(Code::usage, fmt::format("there is no corruption '{}'; {}", name,
                                       suggestion(name, {names.begin(), names.end()},
                                                  "expected \"all\", or some of")));
}

bool has_frost(const CorruptionOptions& options) {
  return std::ranges::count(options.kinds, corrupt::Kind::frost) > 0;
}

std::optional<std::string> frost_of(const CorruptionOptions& options) {
  if (!has_frost(options)) return std::nullopt;
  const auto& photographs = options.corruption.frost;
  if (!photographs) return "computed";
  return photographs->size() == 1 ? "1 photograph"
                                  : fmt::format("{} photographs", photographs->size());
}

void check_frost(const CorruptionOptions& options) {
  if (!options.corruption.frost || has_frost(options)) return;
  throw Error(
      Code::usage,
      "photographs of frost for other corruptions than frost; leave them out, or add frost");
}

/// The middle one of the severities.
std::int64_t shown_severity(const std::vector<std::int64_t>& severities) {
  return severities[severities.size() / 2];
}

/// The mean error, and what it is of AlexNet's where that is known.
void add_errors(CorruptionRow& row, double clean_error) {
  for (const auto& one : row.severities)
    row.error += (1 - one.score.accuracy) / static_cast<double>(row.severities.size());
  if (!corrupt::in_benchmark(row.kind) || std::ssize(row.severities) != corrupt::kSeverities)
    return;
  const corrupt::KindError error{row.kind, row.error};
  row.normalised = error.normalised();
  row.relative = error.relative(clean_error);
}

std::optional<corrupt::MeanErrors> means_of(const std::vector<CorruptionRow>& rows,
                                            double clean_error) {
  std::vector<corrupt::KindError> errors;
  for (const auto& row : rows)
    if (row.normalised) errors.push_back({row.kind, row.error});
  return corrupt::mean_errors(errors, clean_error);
}

}  // namespace

std::vector<corrupt::Kind> kinds_of(const std::vector<std::string>& names) {
  if (names.empty()) return first_kinds(corrupt::kBenchmarkKinds);
  if (names == std::vector<std::string>{"all"}) return first_kinds(corrupt::kKinds);
  std::vector<corrupt::Kind> kinds;
  for (const auto& name : names) kinds.push_back(kind_named(name));
  return sorted_once(std::move(kinds));
}

std::vector<std::int64_t> severities_of(const std::vector<std::string>& texts) {
  if (texts.empty()) return {1, 2, 3, 4, 5};
  std::vector<std::int64_t> severities;
  for (const auto& text : texts) {
    const auto severity = parse_number<std::int64_t>(text);
    if (!severity)
      throw Error(Code::usage, fmt::format("a corruption of severity '{}'; expected 1 to {}", text,
                                           corrupt::kSeverities));
    corrupt::check_severity(*severity);
    severities.push_back(*severity);
  }
  return sorted_once(std::move(severities));
}

CorruptionTable evaluate_corruptions(train::SavedModel& model, const train::Plan& plan,
                                     const CorruptionOptions& options,
                                     const std::function<void(const CorruptionRow&)>& done) {
  train::require_classes(model, "--corruptions");
  check_frost(options);
  const auto images = images_of(plan, options.split);
  auto& network = *model.network;
  train::prepare_thread(plan);
  network.to(plan.device);
  auto corrupted = plan;
  corrupted.evaluation = reading_corrupted(plan.evaluation);

  const auto [height, width] = plan.evaluation.size;
  CorruptionTable table{
      .split = options.split,
      .weights = model.weights,
      .dialect = options.corruption.dialect,
      .constants = corrupt::uses_cifar(options.corruption.constants, height, width)
                       ? corrupt::ConstantSet::cifar
                       : corrupt::ConstantSet::imagenet,
      .frost = frost_of(options),
      .seed = options.seed,
      .size = {height, width},
      .clean = score(predict(network, plan, images)),
      .clean_example = image_as_evaluated(*images, 0, plan.evaluation)};
  const auto source_of = [&](corrupt::Kind kind, std::int64_t severity) {
    return std::make_shared<const CorruptedSource>(
        images, plan.evaluation,
        Corruption{.kind = kind,
                   .severity = static_cast<int>(severity),
                   .options = options.corruption,
                   .seed = static_cast<std::uint64_t>(options.seed)});
  };
  for (const auto kind : options.kinds) {
    CorruptionRow row{.kind = kind};
    for (const auto severity : options.severities) {
      const auto source = source_of(kind, severity);
      row.severities.push_back({severity, score(predict(network, corrupted, source))});
      if (severity == shown_severity(options.severities))
        table.examples.push_back({kind, severity, source->image(0)});
    }
    add_errors(row, 1 - table.clean.accuracy);
    if (done) done(row);
    table.rows.push_back(std::move(row));
  }
  table.means = means_of(table.rows, 1 - table.clean.accuracy);
  return table;
}

}  // namespace temper::evaluate
