#include "temper/train/partners.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "temper/distributed/ranks.h"
#include "temper/mix/apply.h"
#include "temper/train/mixed_batch.h"

namespace temper::train {
namespace {

using distributed::Rows;
using distributed::rows_of;

bool contains(const Rows& rows, std::int64_t row) {
  return row >= rows.first && row < rows.first + rows.count;
}

/// The rows of other ranks that a rank's rows are mixed with, in their order.
std::vector<std::int64_t> needed(const mix::Plan& plan, const Rows& own) {
  std::set<std::int64_t> rows;
  for (auto row = own.first; row < own.first + own.count; ++row)
    for (const auto partner : plan.rows[static_cast<std::size_t>(row)].partners)
      if (!contains(own, partner)) rows.insert(partner);
  return {rows.begin(), rows.end()};
}

/// The plan of a rank's own rows and those that it needs, which follow them.
mix::Plan own_plan(const mix::Plan& plan, const Rows& own, const std::vector<std::int64_t>& needs) {
  mix::Plan part{.blends = plan.blends, .rows = {}};
  for (auto row = own.first; row < own.first + own.count; ++row) {
    auto& mine = part.rows.emplace_back(plan.rows[static_cast<std::size_t>(row)]);
    for (auto& partner : mine.partners) {
      const auto place = std::ranges::lower_bound(needs, partner) - needs.begin();
      partner = contains(own, partner) ? partner - own.first : own.count + place;
    }
  }
  part.rows.resize(part.rows.size() + needs.size());
  return part;
}

/// The rows [n, d] of this rank, followed by those that it needs.
at::Tensor with_partners(const at::Tensor& rows, const Partners& partners,
                         distributed::Group& group) {
  std::vector<std::int64_t> sent;
  std::vector<std::int64_t> counts;
  for (const auto& list : partners.send) {
    sent.insert(sent.end(), list.begin(), list.end());
    counts.push_back(std::ssize(list));
  }
  const auto others =
      group.exchange(rows.index_select(0, at::tensor(sent, at::kLong).to(rows.device())), counts,
                     partners.receive);
  return at::cat({rows, others});
}

/// The plan of a rank's own rows and their partners from outside the batch, which the rank has.
mix::Plan plan_of_part(const mix::Plan& plan, const data::Batch& batch) {
  const auto count = batch.ids.size(0);
  const auto before = batch.size() + batch.first_row;  // of the part's first partner
  mix::Plan part{.blends = plan.blends, .rows = {}};
  for (std::int64_t i = 0; i < count; ++i) {
    auto& mine = part.rows.emplace_back(plan.rows[static_cast<std::size_t>(batch.first_row + i)]);
    for (auto& partner : mine.partners) partner += count - before;
  }
  part.rows.resize(2 * part.rows.size());
  return part;
}

at::Tensor mixed_images(const at::Tensor& images, const Partners& partners,
                        distributed::Group& group) {
  const auto last = images.permute({0, 2, 3, 1});
  const auto rows = last.reshape({images.size(0), -1});
  auto sizes = last.sizes().vec();
  sizes.front() = -1;
  const auto all = with_partners(rows, partners, group).view(sizes).permute({0, 3, 1, 2});
  mix::mix_images(partners.plan, all);
  return all.narrow(0, 0, images.size(0));
}

}  // namespace

Partners partners_of(const mix::Plan& plan, std::int64_t rank, std::int64_t size) {
  const auto all = std::ssize(plan.rows);
  const auto own = rows_of(all, rank, size);
  Partners partners;
  for (std::int64_t other = 0; other < size; ++other) {
    const auto theirs = rows_of(all, other, size);
    const auto needs = needed(plan, theirs);
    auto& send = partners.send.emplace_back();
    for (const auto row : needs)
      if (contains(own, row)) send.push_back(row - own.first);
    if (other != rank) continue;
    partners.plan = own_plan(plan, own, needs);
    for (std::int64_t from = 0; from < size; ++from)
      partners.receive.push_back(std::ranges::count_if(
          needs,
          [rows = rows_of(all, from, size)](std::int64_t row) { return contains(rows, row); }));
  }
  return partners;
}

data::Batch mixed_over_ranks(const data::Batch& batch, const mix::Plan& plan,
                             distributed::Group& group) {
  const at::NoGradGuard guard;
  if (std::ssize(plan.rows) > batch.size()) return mixed(batch, plan_of_part(plan, batch));
  const auto partners = partners_of(plan, group.rank(), group.size());
  auto result = batch;
  for (auto& view : result.views) view = mixed_images(view, partners, group);
  // The last column says which rows have a label.
  const auto labels = with_partners(
      at::cat({batch.targets, batch.labelled.to(batch.targets.scalar_type()).unsqueeze(1)}, 1),
      partners, group);
  const auto outputs = batch.targets.size(1);
  const auto rows = batch.ids.size(0);
  result.targets =
      mix::mix_targets(partners.plan, labels.narrow(1, 0, outputs).contiguous()).narrow(0, 0, rows);
  result.labelled =
      mix::mix_labelled(partners.plan, labels.select(1, outputs).ne(0)).narrow(0, 0, rows);
  return result;
}

}  // namespace temper::train
