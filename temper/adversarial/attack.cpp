#include "temper/adversarial/attack.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "temper/adversarial/apgd.h"
#include "temper/adversarial/pgd.h"
#include "temper/adversarial/start.h"
#include "temper/core/error.h"

namespace temper::adversarial {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw Error(Code::usage, message);
}

bool is_random(const Attack& attack) {
  return attack.method == Method::apgd || (attack.method == Method::pgd && attack.random_start);
}

/// The images of one attempt.
struct Rows {
  at::Tensor pixels;
  at::Tensor labels;
  Address address;
};

Rows chosen(const at::Tensor& rows, const Rows& all) {
  Rows selected{
      .pixels = all.pixels.index_select(0, rows).contiguous(all.pixels.suggest_memory_format()),
      .labels = all.labels.index_select(0, rows),
      .address = {.seed = all.address.seed, .round = all.address.round, .rows = {}}};
  const auto places = rows.to(at::kCPU);
  const auto* const row = places.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < places.numel(); ++i)
    selected.address.rows.push_back(all.address.rows.at(static_cast<std::size_t>(row[i])));
  return selected;
}

/// The result of one attempt.
struct Attempt {
  at::Tensor pixels;
  at::Tensor fooled;
  at::Tensor losses;
};

Attempt attempt_apgd(const Attack& attack, const Classifier& classifier, const Rows& rows) {
  const auto start = start_at(rows.pixels, attack.norm, attack.radius,
                              draw_noise(attack.norm, rows.pixels, rows.address));
  const auto found = apgd({.norm = attack.norm, .radius = attack.radius, .steps = attack.steps},
                          classifier, row_loss(attack.loss), rows.pixels, rows.labels, start);
  return {at::where(by_row(found.fooled), found.fooling, found.best), found.fooled,
          found.best_losses};
}

at::Tensor pgd_points(const Attack& attack, const Classifier& classifier, const RowLoss& loss,
                      const Rows& rows) {
  if (attack.method == Method::fgsm)
    return fgsm(attack.norm, attack.radius, classifier, loss, rows.pixels, rows.labels);
  const auto start = attack.random_start
                         ? start_within(rows.pixels, attack.norm, attack.radius,
                                        draw_noise(attack.norm, rows.pixels, rows.address))
                         : rows.pixels;
  return pgd({.norm = attack.norm,
              .radius = attack.radius,
              .step_size = attack.step_size,
              .steps = attack.steps},
             classifier, loss, rows.pixels, rows.labels, start);
}

Attempt attempt(const Attack& attack, const Classifier& classifier, const Rows& rows) {
  if (attack.method == Method::apgd) return attempt_apgd(attack, classifier, rows);
  const auto loss = row_loss(attack.loss);
  auto points = pgd_points(attack, classifier, loss, rows);
  const auto logits = classifier(points);
  return {std::move(points), logits.argmax(1).ne(rows.labels), loss(logits, rows.labels)};
}

}  // namespace

void check(const Attack& attack, std::int64_t samples) {
  const double largest = largest_radius(attack.norm, samples);
  if (!(attack.radius >= 0 && attack.radius <= largest))
    refuse(
        fmt::format("the radius of an attack is {:.6g} in the norm {}; expected 0 to {:.6g}, "
                    "with samples in [0, 1]",
                    attack.radius, name_of(attack.norm), largest));
  if (attack.steps < 1)
    refuse(fmt::format("an attack of {} steps; expected at least 1", attack.steps));
  if (!(attack.step_size >= 0))
    refuse(
        fmt::format("an attack with steps of {:.6g}; expected a size above 0, or 0 for the "
                    "default",
                    attack.step_size));
  if (attack.restarts < 1)
    refuse(fmt::format("an attack of {} attempts; expected at least 1", attack.restarts));
  if (attack.restarts > 1 && !is_random(attack))
    refuse(
        fmt::format("{} attempts of an attack without a random start would all be the same; "
                    "use one, or pgd or apgd with a random start",
                    attack.restarts));
}

Attacked run(const Attack& attack, const Classifier& classifier, const at::Tensor& pixels,
             const at::Tensor& labels, std::span<const std::int64_t> ids) {
  const at::NoGradGuard guard;
  const auto n = pixels.size(0);
  check(attack, n > 0 ? pixels.numel() / n : 1);
  Rows all{.pixels = pixels.clamp(0, 1),
           .labels = labels,
           .address = {.seed = attack.seed, .round = 0, .rows = {ids.begin(), ids.end()}}};
  Attacked result{.pixels = all.pixels.clone(),
                  .fooled = at::zeros({n}, labels.options().dtype(at::kBool))};
  if (n == 0) return result;
  if (attack.radius == 0) {
    result.fooled = classifier(all.pixels).argmax(1).ne(labels);
    return result;
  }
  const auto losses = at::full({n}, -std::numeric_limits<double>::infinity(), pixels.options());
  for (std::int64_t i = 0; i < attack.restarts; ++i) {
    const auto rows = result.fooled.logical_not().nonzero().squeeze(1);
    if (rows.numel() == 0) break;
    all.address.round = static_cast<std::uint64_t>(i);
    const auto found = attempt(attack, classifier, chosen(rows, all));
    const auto of_attempt = found.losses.to(losses.scalar_type());
    const auto better = found.fooled.logical_or(of_attempt.gt(losses.index_select(0, rows)));
    const auto taken = better.nonzero().squeeze(1);
    const auto places = rows.index_select(0, taken);
    result.pixels.index_copy_(0, places, found.pixels.index_select(0, taken));
    losses.index_copy_(0, places, of_attempt.index_select(0, taken));
    result.fooled.index_copy_(0, rows, found.fooled);
  }
  return result;
}

}  // namespace temper::adversarial
