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

/// Rows that are mixed with one another.
struct Part {
  std::int64_t first = 0;
  std::int64_t rows = 0;
};

std::vector<Part> parts_of(const BatchSize& batch) {
  if (batch.parts.empty()) return {{.first = 0, .rows = batch.rows}};
  std::vector<Part> parts;
  std::int64_t first = 0;
  for (const auto rows : batch.parts) {
    parts.push_back({.first = first, .rows = rows});
    first += rows;
  }
  return parts;
}

/// Where two images are mixed: the partner of each row of the batch.
std::vector<std::int64_t> partners_in(const std::vector<Part>& parts, const Mixing& options,
                                      const Address& address) {
  std::vector<std::int64_t> partners;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto order = random_at(address, "partner", i);
    for (const auto partner : partners_of_two(options.partner, options.mode, parts[i].rows, order))
      partners.push_back(parts[i].first + partner);
  }
  return partners;
}

/// Some of the other rows of a row's part.
std::vector<std::int64_t> partners_of_row(std::int64_t row, std::int64_t count, const Part& part,
                                          const Mixing& options, const Address& address) {
  auto random = random_at(address, "partners", static_cast<std::size_t>(row));
  auto partners = partners_of_many(options.partner, row - part.first, part.rows, count, random);
  for (auto& partner : partners) partner += part.first;
  return partners;
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
  const auto parts = parts_of(batch);
  const auto partners = partners_in(parts, options, address);
  const auto of_row = units(options.mode, partners);
  // A batch of one image will do where the partner is not in it.
  const bool similar = options.partner == Partner::similar;
  const BatchSize mixed{.rows = similar ? 2 : std::ranges::min(parts, {}, &Part::rows).rows,
                        .images = batch.images};
  Plan plan;
  plan.blends.resize(options.mode == Mode::batch ? 1 : partners.size());
  for (std::size_t unit = 0; unit < plan.blends.size(); ++unit)
    if (options.mode == Mode::batch || of_row[unit] == unit)
      plan.blends[unit] = draw(options, address, unit, mixed);
  for (const auto& part : parts)
    for (auto i = part.first; i < part.first + part.rows; ++i) {
      const auto partner = partners[static_cast<std::size_t>(i)];
      Row row{.blend = of_row[static_cast<std::size_t>(i)]};
      const auto& blend = plan.blends[row.blend];
      const auto count = std::ssize(blend.weights) - 1;
      // An image that is averaged with itself stays as it is.
      if (count == 1 && (partner != i || (blend.resized && options.mode != Mode::pair)))
        row.partners = {partner};
      if (count > 1) row.partners = partners_of_row(i, count, part, options, address);
      plan.rows.push_back(std::move(row));
    }
  if (similar) plan.rows.resize(2 * partners.size());
  return plan;
}

}  // namespace temper::mix
