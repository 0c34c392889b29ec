#include "temper/train/table_rows.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/digest.h"
#include "temper/train/tensors.h"

namespace temper::train {
namespace {

constexpr std::size_t kRowsAtOnce = 4096;
constexpr std::size_t kNamed = 3;  ///< images that a message names

using Rows = std::vector<std::int64_t>;

/// The rows in float32, [rows, classes]. All are checked to be finite.
at::Tensor read_rows(const LogitsTable& table, std::span<const std::int64_t> rows) {
  const auto& view = table.logits();
  const auto size = view.bytes.size() / static_cast<std::size_t>(view.shape[0]);
  std::vector<std::byte> bytes(rows.size() * size);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::memcpy(bytes.data() + i * size,
                view.bytes.data() + static_cast<std::size_t>(rows[i]) * size, size);
  auto values =
      to_tensor({view.name, view.dtype, {std::ssize(rows), view.shape[1]}, bytes}).to(at::kFloat);
  const auto finite = values.isfinite();
  if (finite.all().item<bool>()) return values;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!finite[static_cast<std::int64_t>(i)].all().item<bool>())
      throw Error(Code::data,
                  fmt::format("the logits of the image \"{}\" are not finite numbers of float32; "
                              "compute the table again",
                              table.images[static_cast<std::size_t>(rows[i])]));
  return values;
}

/// Calls `take(first, values)` for the rows in their order, some at a time; `first` counts them.
template <class Take>
void for_each_block(const LogitsTable& table, const Rows& rows, const Take& take) {
  for (std::size_t first = 0; first < rows.size(); first += kRowsAtOnce) {
    const auto count = std::min(kRowsAtOnce, rows.size() - first);
    take(first, read_rows(table, std::span(rows).subspan(first, count)));
  }
}

[[noreturn]] void refuse_missing(const std::vector<std::string>& named, std::size_t missing,
                                 std::int64_t images) {
  throw Error(
      Code::usage,
      fmt::format("there are no logits for {} of the {} training images: {}{}; expected "
                  "all of them, by the names that temper embed RUN --logits FILE gives",
                  missing, images, fmt::join(named, ", "), missing > named.size() ? ", ..." : ""));
}

/// The row of each image of the set.
Rows find_rows(const LogitsTable& table, const data::Source& images) {
  std::unordered_map<std::string_view, std::int64_t> known;
  for (std::size_t row = 0; row < table.images.size(); ++row)
    known.emplace(table.images[row], static_cast<std::int64_t>(row));
  Rows rows;
  std::unordered_set<std::int64_t> used;
  std::vector<std::string> named;
  std::size_t missing = 0;
  for (std::int64_t i = 0; i < images.size(); ++i) {
    const auto name = images.name(i);
    const auto found = known.find(name);
    if (found == known.end()) {
      if (++missing <= kNamed) named.push_back(fmt::format("\"{}\"", name));
      continue;
    }
    if (!used.insert(found->second).second)
      throw Error(Code::usage,
                  fmt::format("two training images have the name \"{}\", so that a table of logits "
                              "cannot tell them apart; use a network as the teacher",
                              name));
    rows.push_back(found->second);
  }
  if (missing > 0) refuse_missing(named, missing, images.size());
  return rows;
}

}  // namespace

at::Tensor rows_of(const LogitsTable& table, const data::Source& images) {
  const auto rows = find_rows(table, images);
  auto all = at::empty({std::ssize(rows), table.columns()}, at::kFloat);
  for_each_block(table, rows, [&](std::size_t first, const at::Tensor& values) {
    all.narrow(0, static_cast<std::int64_t>(first), values.size(0)).copy_(values);
  });
  return all;
}

std::string hash_of(const LogitsTable& table) {
  Rows rows(table.images.size());
  std::iota(rows.begin(), rows.end(), 0);
  const auto name = [&](std::int64_t row) -> const std::string& {
    return table.images[static_cast<std::size_t>(row)];
  };
  std::ranges::sort(rows, {}, name);
  data::Digest digest;
  digest.add("logits").add(table.columns());
  for_each_block(table, rows, [&](std::size_t first, const at::Tensor& values) {
    const auto width = static_cast<std::size_t>(values.size(1));
    const std::span all(values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
    for (std::size_t i = 0; i * width < all.size(); ++i)
      digest.add(name(rows[first + i])).add(std::as_bytes(all.subspan(i * width, width)));
  });
  return digest.hex();
}

}  // namespace temper::train
