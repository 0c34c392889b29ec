#include "temper/model/random_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/model/operations.h"

namespace temper::model {
namespace {

enum Spot : std::uint8_t { kInput, kStem, kHead, kBlocks };

constexpr std::string_view kShortcut = "shortcut";
constexpr std::string_view kDropPath = "drop_path";

std::vector<Place> places_of(std::span<const std::int64_t> stages) {
  std::vector<Place> places{
      {.name = "input"}, {.name = "stem", .stage = 0}, {.name = "head", .has_channels = false}};
  for (std::size_t stage = 1; stage <= stages.size(); ++stage)
    for (std::int64_t i = 0; i < stages[stage - 1]; ++i)
      places.push_back(
          {.name = fmt::format("layer{}.{}", stage, i), .stage = static_cast<std::int64_t>(stage)});
  return places;
}

void check(const RandomOptions& options) {
  if (options.stochastic_depth && options.shake_drop)
    throw Error(Code::usage, {.option = "model.shake_drop"},
                "model.shake_drop replaces model.stochastic_depth: remove one of them");
  if (options.shake_drop) regularize::check(*options.shake_drop, "model.shake_drop");
}

}  // namespace

RandomLayers::RandomLayers(RandomOptions options, std::span<const std::int64_t> stages)
    : options_(std::move(options)),
      places_(places_of(stages)),
      depths_(regularize::depths(stages)) {
  check(options_);
  dropouts_.resize(places_.size());
  for (std::size_t i = 0; i < options_.dropout.size(); ++i) {
    const auto kind = options_.dropout[i].index();
    for (const auto place :
         select(options_.dropout[i], places_, fmt::format("model.dropout.{}", i))) {
      const auto before = std::ranges::count_if(dropouts_[place], [&](const auto& other) {
        return options_.dropout[other.option].index() == kind;
      });
      const auto name = std::visit([](const auto& form) { return form.kind; }, options_.dropout[i]);
      dropouts_[place].push_back(
          {i, before == 0 ? std::string(name) : fmt::format("{}.{}", name, before)});
    }
  }
}

bool RandomLayers::set_noise(Noise when) {
  when_ = when;
  if (when == Noise::dropout_always) return !options_.dropout.empty();
  return options_.stochastic_depth || options_.shake_drop || !options_.dropout.empty();
}

Value RandomLayers::input(const Value& images, bool training) const {
  return drop(images, kInput, "", training);
}

Value RandomLayers::stem(const Value& x, bool training) const {
  return drop(x, kStem, "", training);
}

Value RandomLayers::head(const Value& features, bool training) const {
  return drop(features, kHead, "", training);
}

Value RandomLayers::convolved(const Value& x, std::size_t block, std::size_t index,
                              bool training) const {
  return drop(x, kBlocks + block, fmt::format("conv{}", index + 1), training);
}

Value RandomLayers::shortcut(const Value& x, std::size_t block, bool training) const {
  return drop(x, kBlocks + block, kShortcut, training);
}

bool RandomLayers::skips(std::size_t block, bool training) const {
  const auto& depth = options_.stochastic_depth;
  return depth && depth->mode == regularize::Granularity::batch && random_depth(training) &&
         regularize::drops_batch(rate_of(block), address(kBlocks + block, kDropPath));
}

bool RandomLayers::alters_branch(std::size_t block, bool training) const {
  return rate_of(block) != 0 || (drops(training) && !dropouts_[kBlocks + block].empty());
}

Value RandomLayers::branch(const Value& x, std::size_t block, bool training) const {
  const double rate = rate_of(block);
  if (rate == 0) return x;
  const bool random = random_depth(training);
  if (options_.shake_drop)
    return random ? regularize::apply_shake_drop(*options_.shake_drop, x.tensor(), rate,
                                                 address(kBlocks + block, "shake_drop"))
                  : multiply(x, regularize::branch_scale(*options_.shake_drop, rate));
  const auto& depth = *options_.stochastic_depth;
  if (random && depth.mode == regularize::Granularity::sample)
    return x.tensor().mul(regularize::sample_noise(x.tensor(), depth.scaling, rate,
                                                   address(kBlocks + block, kDropPath)));
  return multiply(x, regularize::branch_scale(depth.scaling, rate, random));
}

double RandomLayers::rate_of(std::size_t block) const {
  const auto of = [&](const auto& options) {
    return regularize::drop_rate(options.rule, options.rate, depths_[block]);
  };
  if (options_.stochastic_depth) return of(*options_.stochastic_depth);
  return options_.shake_drop ? of(*options_.shake_drop) : 0;
}

bool RandomLayers::drops(bool training) const {
  return when_ == Noise::dropout_always || (training && when_ == Noise::training);
}

Value RandomLayers::drop(const Value& x, std::size_t place, std::string_view spot,
                         bool training) const {
  if (!drops(training) || x.recorded()) return x;
  auto y = x.tensor();
  for (const auto& here : dropouts_[place]) {
    const auto& option = options_.dropout[here.option];
    if (spot == kShortcut && !std::holds_alternative<DropoutAt<regularize::DropBlock>>(option))
      continue;
    const auto layer = spot.empty() ? here.name : fmt::format("{}.{}", spot, here.name);
    y = std::visit(
        [&](const auto& form) { return regularize::drop(form, y, address(place, layer)); }, option);
  }
  return y.is_same(x.tensor()) ? x : Value(y);
}

regularize::Address RandomLayers::address(std::size_t place, std::string_view layer) const {
  return {pass_, coordinate(fmt::format("{}.{}", places_[place].name, layer))};
}

}  // namespace temper::model
