#include "temper/mix/plan.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "temper/mix/partners.h"

namespace temper::mix {
namespace {

/// The random numbers of one purpose, for a batch, pair or row.
Random random_at(const Address& address, std::string_view what, std::size_t unit) {
  return {address.seed,
          Purpose::mix,
          {coordinate(what), static_cast<std::uint64_t>(address.step), unit}};
}

double weight_of(const Method& method) {
  return std::visit([](const auto& options) { return options.weight; }, method);
}

const Method& chosen(const std::vector<Method>& methods, Random random) {
  double sum = 0;
  for (const auto& method : methods) sum += weight_of(method);
  double left = random.uniform(0, sum);
  for (const auto& method : methods) {
    left -= weight_of(method);
    if (left < 0) return method;
  }
  return methods.back();
}

/// Whether a blend leaves the image as it is, although it has partners.
bool is_plain(const Blend& blend) {
  return std::all_of(blend.weights.begin() + 1, blend.weights.end(),
                     [](double weight) { return weight == 0; });
}

Blend draw(const Mixing& options, const Address& address, std::size_t unit,
           const BatchSize& batch) {
  if (!random_at(address, "p", unit).chance(options.p)) return {};
  const auto& method = chosen(options.methods, random_at(address, "method", unit));
  auto blend = std::visit(
      [&](const auto& one) {
        auto random = random_at(address, one.kind, unit);
        return mix::blend(one, batch.images, batch.rows, random);
      },
      method);
  if (is_plain(blend)) return {};
  return blend;
}

/// The blend of each row: that of the batch, of its pair or its own.
std::vector<std::size_t> units(Mode mode, const std::vector<std::int64_t>& partners) {
  std::vector<std::size_t> of_row(partners.size(), 0);
  if (mode == Mode::batch) return of_row;
  for (std::size_t row = 0; row < of_row.size(); ++row) {
    const auto partner = static_cast<std::size_t>(partners[row]);
    of_row[row] = mode == Mode::pair ? std::min(row, partner) : row;
  }
  return of_row;
}

}  // namespace

bool Plan::mixes() const {
  return std::ranges::any_of(rows, &Row::is_mixed);
}

std::int64_t Plan::stage() const {
  return blends.empty() ? 0 : blends.front().stage;
}

Plan plan(const Mixing& options, const Address& address, const BatchSize& batch) {
  auto order = random_at(address, "partner", 0);
  const auto partners = partners_of_two(options.partner, options.mode, batch.rows, order);
  const auto of_row = units(options.mode, partners);
  Plan plan;
  plan.blends.resize(options.mode == Mode::batch ? 1 : partners.size());
  for (std::size_t unit = 0; unit < plan.blends.size(); ++unit)
    if (options.mode == Mode::batch || of_row[unit] == unit)
      plan.blends[unit] = draw(options, address, unit, batch);
  for (std::size_t i = 0; i < partners.size(); ++i) {
    Row row{.blend = of_row[i]};
    const auto& blend = plan.blends[row.blend];
    const auto count = std::ssize(blend.weights) - 1;
    const bool own = partners[i] == static_cast<std::int64_t>(i);
    // An image that is averaged with itself stays as it is.
    if (count == 1 && (!own || (blend.resized && options.mode != Mode::pair)))
      row.partners = {partners[i]};
    if (count > 1) {
      auto random = random_at(address, "partners", i);
      row.partners = partners_of_many(options.partner, static_cast<std::int64_t>(i), batch.rows,
                                      count, random);
    }
    plan.rows.push_back(std::move(row));
  }
  if (options.partner == Partner::similar) plan.rows.resize(2 * partners.size());
  return plan;
}

}  // namespace temper::mix
