#include "temper/report/run_tensors.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <cstring>

#include "temper/core/error.h"
#include "temper/io/format/safetensors.h"

namespace temper::report {
namespace {

const io::TensorView& expect(const io::Safetensors& file, const std::filesystem::path& path,
                             const char* name, io::Dtype dtype, std::size_t dimensions) {
  const auto& view = file.at(name);
  if (view.dtype != dtype || view.shape.size() != dimensions)
    throw Error(Code::data, {.file = path.string()},
                fmt::format("tensor \"{}\" is {} with {} dimensions; expected {} with {}", name,
                            name_of(view.dtype), view.shape.size(), name_of(dtype), dimensions));
  return view;
}

at::Tensor copy(const io::TensorView& view, at::ScalarType type) {
  auto tensor = at::empty(view.shape, type);
  if (!view.bytes.empty())
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

void expect_rows(const std::filesystem::path& path, const char* name, std::int64_t found,
                 std::int64_t expected) {
  if (found != expected)
    throw Error(Code::data, {.file = path.string()},
                fmt::format("tensor \"{}\" has {} rows; expected {}", name, found, expected));
}

Predictions read_values(const io::Safetensors& file, const std::filesystem::path& path) {
  const auto& predicted = expect(file, path, "predicted", io::Dtype::f64, 2);
  const auto& targets = expect(file, path, "targets", io::Dtype::f64, 2);
  const auto& deviation = expect(file, path, "deviation", io::Dtype::f64, 1);
  const auto& ids = expect(file, path, "ids", io::Dtype::i64, 1);
  expect_rows(path, "targets", targets.shape[0], predicted.shape[0]);
  expect_rows(path, "ids", ids.shape[0], predicted.shape[0]);
  const auto scales = copy(deviation, at::kDouble);
  const auto* first = scales.const_data_ptr<double>();
  return {.logits = {},
          .labels = {},
          .ids = copy(ids, at::kLong),
          .values = measure::ValuePredictions{copy(predicted, at::kDouble),
                                              copy(targets, at::kDouble),
                                              {first, first + scales.numel()}}};
}

}  // namespace

Predictions read_predictions(const std::filesystem::path& path) {
  const io::Safetensors file(path);
  if (file.find("predicted") != nullptr) return read_values(file, path);
  const auto& logits = expect(file, path, "logits", io::Dtype::f32, 2);
  const auto& labels = expect(file, path, "labels", io::Dtype::i64, 1);
  const auto& ids = expect(file, path, "ids", io::Dtype::i64, 1);
  expect_rows(path, "labels", labels.shape[0], logits.shape[0]);
  expect_rows(path, "ids", ids.shape[0], logits.shape[0]);
  return {copy(logits, at::kFloat), copy(labels, at::kLong), copy(ids, at::kLong)};
}

MistakeImages read_mistakes(const std::filesystem::path& path, std::int64_t rows) {
  const io::Safetensors file(path);
  const auto& images = expect(file, path, "images", io::Dtype::u8, 4);
  const auto& index = expect(file, path, "rows", io::Dtype::i64, 1);
  expect_rows(path, "rows", index.shape[0], images.shape[0]);
  const auto height = images.shape[1];
  const auto width = images.shape[2];
  const auto channels = images.shape[3];
  if (height < 1 || width < 1 || height > 65535 || width > 65535 ||
      (channels != 1 && channels != 3))
    throw Error(Code::data, {.file = path.string()},
                fmt::format("images of {} x {} pixels with {} channels; expected 1 or 3 channels",
                            height, width, channels));
  MistakeImages result;
  const auto size = static_cast<std::size_t>(height * width * channels);
  for (std::size_t i = 0; i < static_cast<std::size_t>(index.shape[0]); ++i) {
    std::int64_t row = 0;
    std::memcpy(&row, index.bytes.data() + i * sizeof row, sizeof row);
    if (row < 0 || row >= rows)
      throw Error(Code::data, {.file = path.string()},
                  fmt::format("row {} is out of range for {} predictions", row, rows));
    io::Image image{static_cast<int>(height), static_cast<int>(width), static_cast<int>(channels),
                    std::vector<std::uint8_t>(size)};
    std::memcpy(image.pixels.data(), images.bytes.data() + i * size, size);
    result.images.push_back(std::move(image));
    result.rows.push_back(row);
  }
  return result;
}

}  // namespace temper::report
