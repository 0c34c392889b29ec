#include "temper/train/unlabelled_rows.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <cstddef>
#include <utility>

namespace temper::train {

at::Tensor side_by_side(const at::Tensor& first, const data::Batch& unlabelled) {
  const auto& views = unlabelled.views;
  const auto& like = views.front();
  const std::int64_t own = first.defined() ? 1 : 0;
  const auto rows = first.defined() ? first.size(0) : like.size(0);
  const auto ratio = like.size(0) / rows;
  const auto each = own + ratio * std::ssize(views);
  auto all = at::empty({rows * each, like.size(1), like.size(2), like.size(3)},
                       like.options().memory_format(at::MemoryFormat::ChannelsLast));
  const auto by_row = all.unflatten(0, {rows, each});
  if (first.defined()) by_row.select(1, 0).copy_(first);
  const auto others = by_row.narrow(1, own, each - own).unflatten(1, {ratio, std::ssize(views)});
  for (std::int64_t v = 0; v < std::ssize(views); ++v)
    others.select(2, v).copy_(views[static_cast<std::size_t>(v)].unflatten(0, {rows, ratio}));
  return all;
}

std::vector<at::Tensor> groups_of(const data::Batch& unlabelled, std::int64_t rows) {
  std::vector<at::Tensor> groups;
  for (const auto& view : unlabelled.views)
    for (std::int64_t first = 0; first < view.size(0); first += rows)
      groups.push_back(view.narrow(0, first, rows));
  return groups;
}

std::vector<at::Tensor> interleaved(const std::vector<at::Tensor>& groups) {
  const auto count = std::ssize(groups);
  const auto rows = groups.front().size(0);
  // The last blocks are a row longer where the rows can't be cut into equal ones.
  std::vector<std::vector<at::Tensor>> blocks(groups.size());
  for (std::int64_t i = 0, first = 0; i < count; ++i) {
    const auto length = rows / count + (i >= count - rows % count ? 1 : 0);
    for (std::size_t group = 0; group < groups.size(); ++group)
      blocks[group].push_back(groups[group].narrow(0, first, length));
    first += length;
  }
  for (std::size_t i = 1; i < groups.size(); ++i) std::swap(blocks[0][i], blocks[i][i]);
  std::vector<at::Tensor> result;
  for (const auto& one : blocks) result.push_back(at::cat(one));
  return result;
}

}  // namespace temper::train
