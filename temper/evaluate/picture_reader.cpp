#include "temper/evaluate/picture_reader.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "temper/core/processors.h"
#include "temper/data/loader/loader.h"
#include "temper/data/sources/parallel.h"

namespace temper::evaluate {
namespace {

constexpr std::int64_t kMostThreads = 1024, kLargestBatch = 65'536;

std::int64_t checked_threads(std::int64_t asked) {
  if (asked < 0 || asked > kMostThreads)
    throw Error(Code::usage, fmt::format("{} threads for reading pictures; expected 1 to {}, or 0 "
                                         "for one for each processor",
                                         asked, kMostThreads));
  if (asked > 0) return asked;
  return std::min(processors(), kMostThreads);
}

/// The rows of the pictures that could be read, which are numbered here.
at::Tensor only_read(const at::Tensor& samples, std::vector<PictureBatch::Entry>& pictures) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].unread) continue;
    pictures[i].row = std::ssize(rows);
    rows.push_back(static_cast<std::int64_t>(i));
  }
  if (rows.size() == pictures.size()) return samples;
  return samples.index_select(1, at::tensor(rows, at::kLong));
}

}  // namespace

PictureReader::PictureReader(const augment::InputTransform& transform, NextPath next,
                             const ReaderOptions& options)
    : decoding_(transform.decoding()),
      next_(std::move(next)),
      batch_(options.batch),
      buffers_(static_cast<std::size_t>(checked_threads(options.threads))) {
  if (batch_ < 1 || batch_ > kLargestBatch)
    throw Error(Code::usage,
                fmt::format("a batch of {} pictures; expected 1 to {}", batch_, kLargestBatch));
  for (const auto& view : options.views)
    pipelines_.push_back(data::pipelines_of(data::evaluation_options(transform, view)).front());
}

std::optional<PictureBatch> PictureReader::next() {
  auto batch = pending_.valid() ? pending_.get() : read();
  if (batch) pending_ = std::async(std::launch::async, [this] { return read(); });
  return batch;
}

std::vector<PictureBatch::Entry> PictureReader::take_paths() {
  std::vector<PictureBatch::Entry> pictures;
  while (!ended_ && std::ssize(pictures) < batch_) {
    auto path = next_();
    if (path)
      pictures.push_back({.path = std::move(*path)});
    else
      ended_ = true;
  }
  return pictures;
}

std::optional<PictureBatch> PictureReader::read() {
  PictureBatch batch{.pictures = take_paths(), .views = {}};
  auto& pictures = batch.pictures;
  if (pictures.empty()) return std::nullopt;
  const auto& pipeline = pipelines_.front();
  const auto count = std::ssize(pictures);
  const auto samples = at::empty({std::ssize(pipelines_), count, pipeline.input().height,
                                  pipeline.input().width, pipeline.channels()},
                                 at::kFloat);
  auto* const out = samples.mutable_data_ptr<float>();

  data::for_each_index(pictures.size(), buffers_.size(), [&](std::size_t i, std::size_t thread) {
    pictures[i].unread = fill(pictures[i].path, buffers_[thread],
                              out + static_cast<std::int64_t>(i) * pipeline.sample_size(),
                              count * pipeline.sample_size());
  });
  batch.views = only_read(samples, pictures).permute({0, 1, 4, 2, 3});
  return batch;
}

std::optional<UnreadImage> PictureReader::fill(const std::string& path, Buffers& buffers,
                                               float* first, std::int64_t distance) const {
  try {
    buffers.picture.load(path, decoding_);
    for (std::size_t view = 0; view < pipelines_.size(); ++view)
      pipelines_[view](buffers.picture, {}, buffers.frame,
                       first + static_cast<std::int64_t>(view) * distance);
  } catch (const Error& error) {
    if (error.code() != Code::io && error.code() != Code::data) throw;
    return UnreadImage{error.code(), error.message()};
  }
  return std::nullopt;
}

}  // namespace temper::evaluate
