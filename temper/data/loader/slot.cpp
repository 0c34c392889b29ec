#include "temper/data/loader/slot.h"

#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

namespace temper::data {
namespace {

/// A view of `rows` images of that size, channels-last and contiguous from the start of `full`.
at::Tensor first_images(const at::Tensor& full, std::int64_t rows, augment::Size size) {
  const auto [height, width] = size;
  const auto channels = full.size(1);
  return at::as_strided(full, {rows, channels, height, width},
                        {height * width * channels, 1, width * channels, channels});
}

Batch first_rows(const Slot& slot, std::int64_t rows) {
  auto batch = slot.full.rows(0, rows);
  for (std::size_t view = 0; view < batch.views.size(); ++view)
    batch.views[view] = first_images(slot.full.views[view], rows, slot.pipelines[view].input());
  return batch;
}

/// Moves the skipped images to `skipped`, sorted.
void list_skipped(std::vector<SkipRecord>& skip_records, std::vector<Skipped>& skipped) {
  std::ranges::sort(skip_records, {},
                    [](const SkipRecord& one) { return std::pair(one.skipped.row, one.attempt); });
  skipped.clear();
  for (auto& one : skip_records) skipped.push_back(std::move(one.skipped));
  skip_records.clear();
}

/// Whether the delivered batch is a view of as many rows and of the pipelines' sizes.
bool fits(const Slot& slot, std::int64_t rows) {
  return std::ranges::equal(slot.delivered.views, slot.pipelines,
                            [rows](const at::Tensor& images, const augment::Pipeline& pipeline) {
                              return images.size(0) == rows &&
                                     images.size(2) == pipeline.input().height &&
                                     images.size(3) == pipeline.input().width;
                            });
}

}  // namespace

Slot make_slot(const std::vector<augment::Pipeline>& pipelines, std::int64_t rows,
               std::int64_t outputs) {
  Slot slot{.pipelines = pipelines};
  for (const auto& pipeline : pipelines)
    slot.views.push_back(
        slot.full.views
            .emplace_back(at::empty(
                {rows, pipeline.channels(), pipeline.input().height, pipeline.input().width},
                at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast)))
            .data_ptr<float>());
  slot.full.labels = at::empty({rows}, at::kLong);
  slot.full.targets = at::empty({rows, outputs}, at::kFloat);
  slot.full.labelled = at::empty({rows}, at::kBool);
  slot.full.ids = at::empty({rows}, at::kLong);
  slot.full.repeats = at::empty({rows}, at::kLong);
  slot.labels = slot.full.labels.data_ptr<std::int64_t>();
  slot.targets = slot.full.targets.data_ptr<float>();
  slot.labelled = slot.full.labelled.data_ptr<bool>();
  slot.ids = slot.full.ids.data_ptr<std::int64_t>();
  slot.repeats = slot.full.repeats.data_ptr<std::int64_t>();
  return slot;
}

const Batch& deliver(Slot& slot, std::int64_t rows) {
  if (!fits(slot, rows)) slot.delivered = first_rows(slot, rows);
  if (!slot.skip_records.empty() || !slot.delivered.skipped.empty())
    list_skipped(slot.skip_records, slot.delivered.skipped);
  return slot.delivered;
}

}  // namespace temper::data
