#include "temper/evaluate/attacks.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>

#include "temper/adversarial/classifier.h"
#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/data/loader/loader.h"
#include "temper/data/prepare/split.h"
#include "temper/data/sources/subset.h"
#include "temper/distributed/group.h"
#include "temper/distributed/ranks.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/in_float.h"
#include "temper/train/data_parallel.h"

namespace temper::evaluate {
namespace {

constexpr std::size_t kExamples = 4;

/// The images that are attacked.
struct Chosen {
  std::shared_ptr<const data::Source> images;
  std::vector<std::int64_t> rows;  ///< of the split, which address the random starts
};

Chosen choose(const std::shared_ptr<const data::Source>& all, const AttackOptions& options) {
  if (all->size() == 0) throw Error(Code::data, "there are no images to attack: the set is empty");
  const auto seed = options.attack.seed;
  Chosen chosen{.images = all, .rows = {}};
  if (options.images > 0 && options.images < all->size()) {
    chosen.rows = data::random_rows(all->size(), options.images, seed);
    chosen.images = std::make_shared<data::Subset>(all, chosen.rows);
  } else {
    chosen.rows.resize(static_cast<std::size_t>(all->size()));
    std::iota(chosen.rows.begin(), chosen.rows.end(), std::int64_t{0});
  }
  return chosen;
}

/// A part of the images.
Chosen part_of(const Chosen& all, const distributed::Rows& part) {
  Chosen chosen;
  std::vector<std::int64_t> places(static_cast<std::size_t>(part.count));
  std::iota(places.begin(), places.end(), part.first);
  for (const auto place : places) chosen.rows.push_back(all.rows[static_cast<std::size_t>(place)]);
  chosen.images = std::make_shared<data::Subset>(all.images, std::move(places));
  return chosen;
}

/// Samples in [0, 1] as 8 bits. @param pixels  [channels, height, width]
io::Image image_of(const at::Tensor& pixels) {
  const auto bytes = pixels.to(at::kCPU)
                         .mul(255)
                         .round()
                         .clamp(0, 255)
                         .to(at::kByte)
                         .permute({1, 2, 0})
                         .contiguous();
  const auto* const first = bytes.const_data_ptr<std::uint8_t>();
  return {.height = static_cast<int>(bytes.size(0)),
          .width = static_cast<int>(bytes.size(1)),
          .channels = static_cast<int>(bytes.size(2)),
          .pixels = {first, first + bytes.numel()}};
}

/// A batch of the set, on the device.
struct Part {
  at::Tensor pixels;
  at::Tensor labels;
  std::vector<std::int64_t> places;  ///< in the set
};

/// The evaluation of one network, which computes in float in evaluation mode meanwhile.
class Evaluation {
 public:
  /// @param cancel  as in predict()
  Evaluation(model::Network& network, const train::Plan& plan, const adversarial::Attack& attack,
             Chosen chosen, std::function<bool()> cancel = {})
      : network_(network),
        plan_(plan),
        attack_(attack),
        chosen_(std::move(chosen)),
        cancel_(std::move(cancel)),
        precise_(network) {
    network.train(false);
    const auto& normalisation = plan.evaluation.normalisation;
    classifier_ = adversarial::in_pixels(
        [&network](const at::Tensor& images) { return network.forward(images); },
        normalisation.mean, normalisation.std);
  }

  /// The rows that are classified correctly without an attack.
  void classify() {
    const at::NoGradGuard guard;
    each([this](const Part& part) {
      const auto logits = classifier_(part.pixels);
      require_finite(logits, network_);
      const auto right = logits.argmax(1).eq(part.labels).to(at::kCPU);
      for (std::int64_t i = 0; i < right.size(0); ++i) correct_.push_back(right[i].item<bool>());
    });
  }

  [[nodiscard]] std::int64_t clean_correct() const {
    return std::count(correct_.begin(), correct_.end(), true);
  }
  [[nodiscard]] std::int64_t count() const { return std::ssize(correct_); }

  /// @param classes  their names, for the examples
  /// @param examples  when not null, filled with the first images that are fooled
  RobustScore attack(double radius, const std::vector<std::string>& classes = {},
                     std::vector<AttackExample>* examples = nullptr) {
    auto attack = attack_;
    attack.radius = radius;
    RobustScore score{.radius = radius};
    each([&](const Part& all) {
      const auto part = correct_part(all);
      if (part.places.empty()) return;
      std::vector<std::int64_t> ids;
      for (const auto place : part.places)
        ids.push_back(chosen_.rows[static_cast<std::size_t>(place)]);
      const auto result = adversarial::run(attack, classifier_, part.pixels, part.labels, ids);
      score.fooled += result.fooled.sum().item<std::int64_t>();
      if (examples != nullptr) add_examples(part, result, classes, *examples);
    });
    score.correct = clean_correct() - score.fooled;
    score.accuracy = static_cast<double>(score.correct) / static_cast<double>(count());
    score.interval = measure::wilson(score.correct, count());
    return score;
  }

 private:
  template <class Function>
  void each(const Function& function) {
    data::Loader loader(chosen_.images, plan_.evaluation);
    loader.start(0);
    while (const auto* batch = loader.next()) {
      if (cancel_ && cancel_()) throw Cancelled{};
      if (plan_.group) plan_.group->check();
      const auto images = batch->views.front().to(plan_.device);
      Part part{.pixels = in_range(images), .labels = batch->labels.to(plan_.device), .places = {}};
      for (std::int64_t i = 0; i < batch->ids.size(0); ++i)
        part.places.push_back(batch->ids[i].item<std::int64_t>());
      function(part);
    }
  }

  /// Images before their normalization. Rounding may have left [0, 1].
  [[nodiscard]] at::Tensor in_range(const at::Tensor& images) const {
    const auto& normalisation = plan_.evaluation.normalisation;
    const auto by_channel = [&images](const std::vector<double>& values) {
      return at::tensor(values, images.options()).view({1, -1, 1, 1});
    };
    return images.mul(by_channel(normalisation.std))
        .add_(by_channel(normalisation.mean))
        .clamp_(0, 1);
  }

  /// The images that are classified correctly.
  [[nodiscard]] Part correct_part(const Part& all) const {
    std::vector<std::int64_t> rows;
    Part part;
    for (std::size_t i = 0; i < all.places.size(); ++i) {
      if (!correct_[static_cast<std::size_t>(all.places[i])]) continue;
      rows.push_back(static_cast<std::int64_t>(i));
      part.places.push_back(all.places[i]);
    }
    if (rows.size() == all.places.size()) return all;
    const auto index = at::tensor(rows, at::kLong).to(plan_.device);
    part.pixels = all.pixels.index_select(0, index).contiguous(at::MemoryFormat::ChannelsLast);
    part.labels = all.labels.index_select(0, index);
    return part;
  }

  void add_examples(const Part& part, const adversarial::Attacked& result,
                    const std::vector<std::string>& classes,
                    std::vector<AttackExample>& examples) const {
    const auto class_name = [&classes](const at::Tensor& index) {
      return classes.at(static_cast<std::size_t>(index.item<std::int64_t>()));
    };
    const at::NoGradGuard guard;
    const auto fooled = result.fooled.to(at::kCPU);
    for (std::int64_t i = 0; i < fooled.size(0) && examples.size() < kExamples; ++i) {
      if (!fooled[i].item<bool>()) continue;
      const auto change = result.pixels[i].sub(part.pixels[i]);
      const auto largest = change.abs().max().item<double>();
      const double enlarged = largest > 0 ? 0.5 / largest : 1;
      const auto predicted = classifier_(result.pixels.narrow(0, i, 1)).argmax(1);
      examples.push_back({.image = image_of(part.pixels[i]),
                          .attacked = image_of(result.pixels[i]),
                          .perturbation = image_of(change.mul(enlarged).add(0.5)),
                          .enlarged = enlarged,
                          .label = class_name(part.labels[i]),
                          .predicted = class_name(predicted)});
    }
  }

  model::Network& network_;
  const train::Plan& plan_;
  const adversarial::Attack& attack_;
  Chosen chosen_;
  std::function<bool()> cancel_;
  InFloat precise_;
  adversarial::Classifier classifier_;
  std::vector<bool> correct_;  ///< by place in the set
};

/// The description of the attack, without what it does not use.
AttackTable described(const train::SavedModel& model, const train::Plan& plan,
                      const AttackOptions& options) {
  using adversarial::Method;
  const auto& attack = options.attack;
  const auto [height, width] = plan.evaluation.size;
  AttackTable table{.split = options.split,
                    .weights = model.weights,
                    .method = attack.method,
                    .norm = attack.norm,
                    .loss = attack.loss,
                    .restarts = attack.restarts,
                    .seed = static_cast<std::int64_t>(attack.seed),
                    .size = {height, width}};
  if (attack.method != Method::fgsm) table.steps = attack.steps;
  if (attack.method != Method::pgd) return table;
  if (attack.step_size > 0) table.step_size = attack.step_size;
  table.random_start = attack.random_start;
  return table;
}

}  // namespace

double fraction_of(const std::string& text, const std::string& what) {
  const auto slash = text.find('/');
  const auto above = parse_finite(std::string_view(text).substr(0, slash));
  const auto below = slash == std::string::npos
                         ? std::optional(1.0)
                         : parse_finite(std::string_view(text).substr(slash + 1));
  if (above && below && *below > 0) {
    const double number = *above / *below;
    if (number > 0 && std::isfinite(number)) return number;
  }
  throw Error(Code::usage, fmt::format("{} of '{}'; expected a number above 0 or a fraction, such "
                                       "as 8/255, of samples in [0, 1]",
                                       what, text));
}

std::vector<double> radii_of(const std::vector<std::string>& texts, adversarial::Norm norm) {
  if (texts.empty()) return {norm == adversarial::Norm::linf ? 8.0 / 255 : 0.5};
  std::vector<double> radii;
  for (const auto& text : texts) radii.push_back(fraction_of(text, "a radius"));
  std::sort(radii.begin(), radii.end());
  radii.erase(std::unique(radii.begin(), radii.end()), radii.end());
  return radii;
}

AttackTable evaluate_attack(train::SavedModel& model, const train::Plan& plan,
                            const AttackOptions& options,
                            const std::function<void(const RobustScore&)>& done) {
  train::require_classes(model, "--attack");
  auto table = described(model, plan, options);
  for (const double radius : options.radii) {
    auto attack = options.attack;
    attack.radius = radius;
    adversarial::check(attack, plan.task.channels * table.size[0] * table.size[1]);
  }
  train::prepare_thread(plan);
  model.network->to(plan.device);
  Evaluation evaluation(*model.network, plan, options.attack,
                        choose(images_of(plan, options.split), options));
  evaluation.classify();
  table.count = evaluation.count();
  table.clean_correct = evaluation.clean_correct();
  table.clean_accuracy =
      static_cast<double>(table.clean_correct) / static_cast<double>(table.count);
  table.clean_interval = measure::wilson(table.clean_correct, table.count);
  table.shown_radius = options.radii.empty() ? 0 : options.radii[options.radii.size() / 2];
  for (const double radius : options.radii) {
    table.rows.push_back(evaluation.attack(
        radius, model.classes, radius == table.shown_radius ? &table.examples : nullptr));
    if (done) done(table.rows.back());
  }
  return table;
}

train::AttackedScore attacked_score(model::Network& network, const train::Plan& plan,
                                    const std::function<bool()>& cancel) {
  const auto& asked = *plan.recipe.evaluation.attack;
  const AttackOptions options{
      .attack = {.norm = asked.norm, .steps = asked.steps, .step_size = asked.step_size},
      .images = asked.images};
  auto chosen = choose(plan.validation, options);
  const auto count = std::ssize(chosen.rows);
  auto* const group = plan.group.get();
  if (group != nullptr)
    chosen = part_of(chosen, distributed::rows_of(count, group->rank(), group->size()));
  std::int64_t correct = 0;
  bool cancelled = false;
  if (!chosen.rows.empty()) {
    try {
      Evaluation evaluation(network, plan, options.attack, std::move(chosen), cancel);
      evaluation.classify();
      correct = evaluation.attack(asked.radius).correct;
    } catch (const Cancelled&) {
      cancelled = true;
    }
  }
  if (group != nullptr) {
    cancelled = train::any_of(*group, cancelled);
    const auto sum = at::full({1}, correct, at::kLong);
    group->sum(sum);
    correct = sum.item<std::int64_t>();
  }
  if (cancelled) throw Cancelled{};
  return {.accuracy = static_cast<double>(correct) / static_cast<double>(count), .count = count};
}

}  // namespace temper::evaluate
