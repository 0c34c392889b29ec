#include "temper/mix/apply.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"

namespace temper::mix {
namespace {

const Blend& blend_of(const Plan& plan, const Row& row) {
  return plan.blends[row.blend];
}

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Code::usage, fmt::format("a plan for mixing {}; make it with mix::plan()", what));
}

void check_row(const Plan& plan, const Row& row) {
  const auto rows = std::ssize(plan.rows);
  if (row.blend >= plan.blends.size()) refuse("names a blend that it does not have");
  if (!row.is_mixed()) return;
  const auto& blend = blend_of(plan, row);
  if (row.partners.size() + 1 != blend.weights.size() || (blend.box && row.partners.size() != 1))
    refuse(fmt::format("has {} partners for a row and {} weights", row.partners.size(),
                       blend.weights.size()));
  for (const auto partner : row.partners)
    if (partner < 0 || partner >= rows)
      refuse(fmt::format("has the partner {} in a batch of {} rows", partner, rows));
}

void check(const Plan& plan, const at::Tensor& rows) {
  if (rows.dim() == 0 || rows.size(0) != std::ssize(plan.rows))
    refuse(fmt::format("has {} rows, but the batch has {}", plan.rows.size(),
                       rows.dim() == 0 ? 0 : rows.size(0)));
  for (const auto& row : plan.rows) check_row(plan, row);
}

void check_boxes(const Plan& plan, const at::Tensor& images) {
  for (const auto& blend : plan.blends) {
    if (!blend.box) continue;
    const auto& box = *blend.box;
    if (box.top < 0 || box.left < 0 || box.bottom > images.size(2) || box.right > images.size(3) ||
        box.height() < 1 || box.width() < 1)
      refuse(fmt::format("has a box that is not within the images of {} x {} pixels",
                         images.size(2), images.size(3)));
  }
}

/// Weighted sums of the rows of a batch.
struct Sums {
  std::size_t most = 0;  ///< the largest number of partners of a row; 0: nothing is summed
  std::vector<std::vector<std::pair<std::int64_t, double>>> terms;  ///< partners and weights
  std::vector<double> own;                                          ///< weights of the rows
};

/// @param boxes  whether rows with a box are summed as well: targets are, images are not
Sums sums_of(const Plan& plan, bool boxes) {
  Sums sums;
  for (const auto& row : plan.rows) {
    auto& terms = sums.terms.emplace_back();
    const auto& blend = blend_of(plan, row);
    const bool summed = row.is_mixed() && (boxes || !blend.box);
    sums.own.push_back(summed ? blend.weights.front() : 1);
    if (!summed) continue;
    for (std::size_t m = 0; m < row.partners.size(); ++m)
      terms.emplace_back(row.partners[m], blend.weights[m + 1]);
    sums.most = std::max(sums.most, terms.size());
  }
  return sums;
}

/// The row that is added to each row as its m-th one, with weights: itself and 0 where there is
/// none.
struct Column {
  std::vector<std::int64_t> rows;
  std::vector<double> weights;
};

Column column_of(const Sums& sums, std::size_t m) {
  Column column;
  for (std::size_t i = 0; i < sums.terms.size(); ++i) {
    const auto& terms = sums.terms[i];
    column.rows.push_back(m < terms.size() ? terms[m].first : static_cast<std::int64_t>(i));
    column.weights.push_back(m < terms.size() ? terms[m].second : 0);
  }
  return column;
}

void sum_few(const Sums& sums, const at::Tensor& rows) {
  const auto weights = [&rows](const std::vector<double>& values) {
    return at::tensor(values, rows.options()).unsqueeze(1);
  };
  std::vector<std::pair<at::Tensor, at::Tensor>> added;  // rows before any of them is written
  for (std::size_t m = 0; m < sums.most; ++m) {
    const auto column = column_of(sums, m);
    const auto index = at::tensor(column.rows, rows.options().dtype(at::kLong));
    added.emplace_back(rows.index_select(0, index), weights(column.weights));
  }
  rows.mul_(weights(sums.own));
  for (const auto& [others, weight] : added) rows.addcmul_(others, weight);
}

/// A product of matrices: its time does not grow with the number of images, its memory with the
/// square of the batch size.
void sum_many(const Sums& sums, const at::Tensor& rows) {
  const auto n = std::ssize(sums.own);
  const auto matrix = at::zeros({n, n}, at::kDouble);
  auto* const values = matrix.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < n; ++i) {
    values[i * n + i] += sums.own[static_cast<std::size_t>(i)];
    for (const auto& [partner, weight] : sums.terms[static_cast<std::size_t>(i)])
      values[i * n + partner] += weight;
  }
  rows.copy_(matrix.to(rows.options()).mm(rows));
}

/// @param rows  floating [n, d], contiguous, written in place
void sum_rows(const Sums& sums, const at::Tensor& rows) {
  constexpr std::size_t kFew = 3;
  if (sums.most == 0) return;
  sums.most <= kFew ? sum_few(sums, rows) : sum_many(sums, rows);
}

/// The pixels of boxes before anything is mixed, and where they go.
struct Patch {
  at::Tensor place;
  at::Tensor pixels;
};

at::Tensor within(const at::Tensor& images, const Box& box) {
  return images.slice(2, box.top, box.bottom).slice(3, box.left, box.right);
}

/// Whole images in the size of a box. LibTorch 2.11 gives wrong pixels for a width of 1 in the
/// channels-last layout.
at::Tensor resized(const at::Tensor& images, const Box& box) {
  return at::_upsample_bilinear2d_aa(box.width() == 1 ? images.contiguous() : images,
                                     {box.height(), box.width()}, /*align_corners=*/false);
}

/// The patch of all rows, which share a blend; rows without a partner keep their own pixels.
Patch patch_of_batch(const Plan& plan, const Box& box, const at::Tensor& images) {
  std::vector<std::int64_t> partners;
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    const auto& row = plan.rows[i];
    partners.push_back(row.is_mixed() ? row.partners.front() : static_cast<std::int64_t>(i));
  }
  const auto index = at::tensor(partners, images.options().dtype(at::kLong));
  const auto place = within(images, box);
  const auto shown = plan.blends.front().resized ? resized(images, box) : place;
  return {place, shown.index_select(0, index)};
}

Patch patch_of_row(const at::Tensor& image, const at::Tensor& partner, const Box& box,
                   bool is_resized) {
  return {within(image, box), is_resized ? resized(partner, box) : within(partner, box).clone()};
}

std::vector<Patch> patches_of(const Plan& plan, const at::Tensor& images) {
  if (plan.blends.size() == 1) {
    const auto& blend = plan.blends.front();
    const bool all = !blend.resized || std::ranges::all_of(plan.rows, &Row::is_mixed);
    if (blend.box && all) return {patch_of_batch(plan, *blend.box, images)};
  }
  std::vector<Patch> patches;
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    const auto& row = plan.rows[i];
    const auto& blend = blend_of(plan, row);
    if (!row.is_mixed() || !blend.box) continue;
    patches.push_back(patch_of_row(images.narrow(0, static_cast<std::int64_t>(i), 1),
                                   images.narrow(0, row.partners.front(), 1), *blend.box,
                                   blend.resized));
  }
  return patches;
}

/// Images as rows of values that share their memory; undefined where that is not possible.
at::Tensor flat(const at::Tensor& images) {
  const auto n = images.size(0);
  if (images.is_contiguous()) return images.view({n, -1});
  if (images.is_contiguous(at::MemoryFormat::ChannelsLast))
    return images.permute({0, 2, 3, 1}).view({n, -1});
  return {};
}

void sum_images(const Sums& sums, const at::Tensor& images) {
  if (sums.most == 0) return;
  if (const auto rows = flat(images); rows.defined()) return sum_rows(sums, rows);
  const auto copy = images.contiguous();
  sum_rows(sums, flat(copy));
  images.copy_(copy);
}

}  // namespace

void mix_images(const Plan& plan, const at::Tensor& images) {
  // Many small operations on images, which have no gradient: each goes straight to its kernel.
  const at::AutoDispatchBelowADInplaceOrView guard;
  check(plan, images);
  if (images.dim() != 4) refuse(fmt::format("is for images, not for {} dimensions", images.dim()));
  check_boxes(plan, images);
  const auto patches = patches_of(plan, images);
  sum_images(sums_of(plan, /*boxes=*/false), images);
  for (const auto& [place, pixels] : patches) place.copy_(pixels);
}

at::Tensor mix_features(const Plan& plan, const at::Tensor& features) {
  check(plan, features);
  const auto sums = sums_of(plan, /*boxes=*/false);
  if (sums.most == 0) return features;
  const bool is_map = features.dim() == 4;
  const auto ordered = is_map ? features.permute({0, 2, 3, 1}).contiguous() : features.contiguous();
  const auto rows = ordered.flatten(1);
  // Sums in the format of bf16 would not have weights that sum to one.
  const auto format = rows.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto weights = [&](const std::vector<double>& values) {
    return at::tensor(values, rows.options().dtype(format).requires_grad(false)).unsqueeze(1);
  };
  auto mixed = rows.mul(weights(sums.own));
  for (std::size_t m = 0; m < sums.most; ++m) {
    const auto column = column_of(sums, m);
    const auto index =
        at::tensor(column.rows, rows.options().dtype(at::kLong).requires_grad(false));
    mixed = mixed.addcmul(rows.index_select(0, index).to(format), weights(column.weights));
  }
  mixed = mixed.to(features.scalar_type()).view(ordered.sizes());
  return is_map ? mixed.permute({0, 3, 1, 2}) : mixed;
}

at::Tensor mix_targets(const Plan& plan, const at::Tensor& targets) {
  check(plan, targets);
  auto mixed = targets.detach().clone(at::MemoryFormat::Contiguous);
  sum_rows(sums_of(plan, /*boxes=*/true), mixed);
  return mixed;
}

at::Tensor mix_labelled(const Plan& plan, const at::Tensor& labelled) {
  const auto unlabelled = labelled.logical_not().to(at::kFloat).unsqueeze(1);
  return mix_targets(plan, unlabelled).eq(0).squeeze(1);
}

}  // namespace temper::mix
