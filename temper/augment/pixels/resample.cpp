#include "temper/augment/pixels/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace temper::augment {
namespace {

constexpr std::int32_t kHalf = 1 << (kernels::kBits - 1);

/// Half the width of a filter's kernel.
double support_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest:
    case Interpolation::box:
      return 0.5;
    case Interpolation::bilinear:
      return 1;
    case Interpolation::bicubic:
      return 2;
    case Interpolation::lanczos:
      return 3;
  }
  return 1;
}

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double kernel(Interpolation interpolation, double x) {
  switch (interpolation) {
    case Interpolation::nearest:
      return 1;
    case Interpolation::box:
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    case Interpolation::bilinear:
      return std::abs(x) < 1 ? 1 - std::abs(x) : 0;
    case Interpolation::bicubic:
      return bicubic(x);
    case Interpolation::lanczos:
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
  return 0;
}

std::int32_t fixed(double weight) {
  return static_cast<std::int32_t>(weight * (1 << kernels::kBits) + (weight < 0 ? -0.5 : 0.5));
}

/// Adds 1/2 and truncates towards zero, as Pillow does.
std::int64_t rounded(double place) {
  return static_cast<std::int64_t>(place + 0.5);  // NOLINT(bugprone-incorrect-roundings)
}

std::int64_t up_to_multiple_of_4(std::int64_t n) {
  return (n + 3) / 4 * 4;
}

}  // namespace

/// As Pillow's affine transform, which accumulates the source position.
void Resampler::Weights::prepare_nearest(std::int64_t in, double from, double scale,
                                         std::int64_t low, std::int64_t length) {
  stride = 1;
  double place = from + scale * 0.5;
  for (std::int64_t i = 0; i < low; ++i) place += scale;
  for (std::int64_t i = 0; i < length; ++i, place += scale) {
    const auto pixel = std::clamp<std::int64_t>(static_cast<std::int64_t>(place), 0, in - 1);
    first.push_back(static_cast<std::int32_t>(pixel));
    count.push_back(1);
    values.push_back(1 << kernels::kBits);
  }
}

void Resampler::Weights::prepare(std::int64_t in, double from, double over, std::int64_t out,
                                 std::int64_t low, std::int64_t length, Filter filter) {
  same = in == out && from == 0 && over == static_cast<double>(in);
  if (same) {
    begin = low;
    end = low + length;
    return;
  }
  const double scale = over / static_cast<double>(out);
  const double stretch = filter.antialias ? std::max(scale, 1.0) : 1.0;
  const double support = support_of(filter.interpolation) * stretch;
  first.clear();
  count.clear();
  values.clear();
  if (filter.interpolation == Interpolation::nearest) {
    prepare_nearest(in, from, scale, low, length);
  } else {
    stride = 2 * static_cast<std::int64_t>(std::ceil(support)) + 1;
    values.resize(static_cast<std::size_t>(length * stride));
    exact.resize(static_cast<std::size_t>(stride));
    for (std::int64_t i = 0; i < length; ++i) {
      const double center = from + (static_cast<double>(low + i) + 0.5) * scale;
      const auto lowest = std::max<std::int64_t>(0, rounded(center - support));
      const auto highest = std::min(in, rounded(center + support));
      const auto taps = static_cast<std::size_t>(highest - lowest);
      double total = 0;
      for (std::size_t k = 0; k < taps; ++k) {
        const double distance = static_cast<double>(lowest) + static_cast<double>(k) - center + 0.5;
        exact[k] = kernel(filter.interpolation, distance * (1 / stretch));
        total += exact[k];
      }
      auto* fixed_weights = values.data() + i * stride;
      for (std::size_t k = 0; k < taps; ++k)
        fixed_weights[k] = fixed(total != 0 ? exact[k] / total : exact[k]);
      first.push_back(static_cast<std::int32_t>(lowest));
      count.push_back(static_cast<std::int32_t>(taps));
    }
  }
  begin = first.front();
  end = first.back() + count.back();
  for (auto& pixel : first) pixel -= static_cast<std::int32_t>(begin);
}

/// For the last pixel of the result first.
void Resampler::Weights::mirror() {
  std::ranges::reverse(first);
  std::ranges::reverse(count);
  for (auto low = values.begin(), high = values.end() - stride; low < high;
       low += stride, high -= stride)
    std::swap_ranges(low, low + stride, high);
}

Box Resampler::prepare(const SourceRegion& stretch, Size size, Box window, Filter filter,
                       bool mirrored) {
  window_ = window.size();
  mirrored_ = mirrored;
  along_columns_.prepare(stretch.image.height, stretch.top, stretch.height, size.height, window.top,
                         window.height, filter);
  along_rows_.prepare(stretch.image.width, stretch.left, stretch.width, size.width, window.left,
                      window.width, filter);
  if (mirrored && !along_rows_.same) along_rows_.mirror();
  if (!along_columns_.same) pack_columns();
  return {along_columns_.begin, along_rows_.begin, along_columns_.end - along_columns_.begin,
          along_rows_.end - along_rows_.begin};
}

void Resampler::pack_columns() {
  const auto& w = along_columns_;
  columns_by_dots_ = column_dots_.pack(w.taps());
  if (columns_by_dots_) return;
  column_pairs_.clear();
  column_begin_.clear();
  for (std::size_t y = 0; y < w.first.size(); ++y) {
    column_begin_.push_back(std::ssize(column_pairs_));
    const auto* values = w.values.data() + static_cast<std::int64_t>(y) * w.stride;
    for (std::int32_t k = 0; k < w.count[y]; k += 2)
      column_pairs_.push_back(kernels::pair_of(values[k], k + 1 < w.count[y] ? values[k + 1] : 0));
  }
}

/// Packs the weights of all pixels into the same number of pairs, which start early enough to end
/// within the row.
void Resampler::pack_rows(std::int64_t width) {
  const auto& w = along_rows_;
  const auto taps = std::int64_t{*std::ranges::max_element(w.count)};
  const std::int64_t pairs = (taps + 1) / 2;
  const std::int64_t pixels = up_to_multiple_of_4(window_.width);
  row_first_.resize(static_cast<std::size_t>(pixels));
  row_pairs_.clear();
  for (std::int64_t x = 0; x < pixels; ++x) {
    const auto source = static_cast<std::size_t>(std::min(x, window_.width - 1));
    const auto first = std::min<std::int64_t>(w.first[source], width - 2 * pairs);
    const auto shift = w.first[source] - first;
    row_first_[static_cast<std::size_t>(x)] = static_cast<std::int32_t>(first);
    const auto weight = [&](std::int64_t k) {
      k -= shift;
      return k < 0 || k >= w.count[source] ? 0
                                           : w.values[static_cast<std::size_t>(
                                                 static_cast<std::int64_t>(source) * w.stride + k)];
    };
    for (std::int64_t k = 0; k < 2 * pairs; k += 2)
      row_pairs_.push_back(kernels::pair_of(weight(k), weight(k + 1)));
  }
  row_taps_ = {
      .first = row_first_.data(), .weights = row_pairs_.data(), .pairs = pairs, .width = pixels};
}

void Resampler::begin(const PixelView& needed) {
  source_ = between_ = needed;
  if (!along_rows_.same) begin_rows();
  result_.resize(static_cast<std::size_t>(window_.width * needed.channels));
}

void Resampler::begin_rows() {
  const auto channels = source_.channels;
  const auto [height, width] = source_.size;
  constexpr std::int64_t line = sizeof(CacheLine);
  const std::int64_t lines =
      (up_to_multiple_of_4(window_.width) * channels + kernels::kRowSlack + line - 1) / line;
  const auto size = static_cast<std::size_t>(height * lines);
  if (rows_.size() < size) rows_.resize(size);
  between_ = {rows_.front().bytes.data(), line * lines, {height, window_.width}, channels};
  rows_end_ = 0;

  const std::int64_t taps = *std::ranges::max_element(along_rows_.count);
  if (channels == 3 && row_dots_.pack(along_rows_.taps(), width)) {
    row_pass_ = RowPass::dots;
  } else if (channels == 3 && width * channels >= kernels::kRowSlack && width > taps) {
    row_pass_ = RowPass::pairs;
    pack_rows(width);
  } else {
    row_pass_ = RowPass::single;
  }
}

/// Row y of the result of the pass along rows.
std::uint8_t* Resampler::resized_pixels(std::int64_t y) {
  return rows_.front().bytes.data() + y * between_.stride;
}

/// Computes the rows of `between_` up to `end`, some at a time, so that they are in the L1 cache
/// when the pass along columns reads them.
void Resampler::resize_rows(std::int64_t end) {
  constexpr std::int64_t at_once = 8;
  if (along_rows_.same || end <= rows_end_) return;
  const auto first = rows_end_;
  rows_end_ =
      std::min(first + (end - first + at_once - 1) / at_once * at_once, source_.size.height);
  switch (row_pass_) {
    case RowPass::dots:
      row_dots_.resize(source_.data + first * source_.stride, source_.stride, rows_end_ - first,
                       resized_pixels(first), between_.stride);
      return;
    case RowPass::pairs:
      return resize_pairs(first, rows_end_);
    case RowPass::single:
      return resize_single(first, rows_end_);
  }
}

void Resampler::resize_pairs(std::int64_t first, std::int64_t end) {
  const std::int64_t last = source_.size.height - 1;
  kernels::resize_rows(source_.data + first * source_.stride, source_.stride,
                       std::min(end, last) - first, row_taps_, resized_pixels(first),
                       between_.stride);
  if (end <= last) return;
  // There may be no memory after the last row, so it is copied.
  const std::int64_t bytes = source_.size.width * source_.channels;
  last_row_.resize(static_cast<std::size_t>(bytes + kernels::kRowSlack));
  std::copy_n(source_.data + last * source_.stride, bytes, last_row_.begin());
  kernels::resize_rows(last_row_.data(), 0, 1, row_taps_, resized_pixels(last), 0);
}

/// For rows of gray pixels, and rows that are too narrow for kernels::resize_rows.
void Resampler::resize_single(std::int64_t first, std::int64_t end) {
  const auto& w = along_rows_;
  const auto& image = source_;
  const int channels = image.channels;
  for (std::int64_t y = first; y < end; ++y) {
    std::uint8_t* out = resized_pixels(y);
    for (std::int64_t x = 0; x < window_.width; ++x) {
      const auto pixel = static_cast<std::size_t>(x);
      const std::int32_t* weights = w.values.data() + x * w.stride;
      const std::uint8_t* in =
          image.data + y * image.stride + std::int64_t{w.first[pixel]} * channels;
      for (int c = 0; c < channels; ++c) {
        std::int32_t sum = kHalf;
        for (std::int32_t k = 0; k < w.count[pixel]; ++k)
          sum += weights[k] * in[std::int64_t{k} * channels + c];
        *out++ = static_cast<std::uint8_t>(std::clamp(sum >> kernels::kBits, 0, 255));
      }
    }
  }
}

const std::uint8_t* Resampler::row(std::int64_t y) {
  const auto* const row = resized_row(y);
  if (!mirrored_ || !along_rows_.same) return row;
  mirrored_row_.resize(static_cast<std::size_t>(window_.width * between_.channels));
  kernels::mirror(row, window_.width, between_.channels, mirrored_row_.data());
  return mirrored_row_.data();
}

const std::uint8_t* Resampler::resized_row(std::int64_t y) {
  if (along_columns_.same) {
    resize_rows(y + 1);
    return between_.data + y * between_.stride;
  }
  const auto index = static_cast<std::size_t>(y);
  resize_rows(along_columns_.first[index] + along_columns_.count[index]);
  const auto* first = between_.data + along_columns_.first[index] * between_.stride;
  const std::int64_t samples = window_.width * between_.channels;
  if (columns_by_dots_) {
    column_dots_.resize(y, first, between_.stride, samples, result_.data());
    return result_.data();
  }
  const auto count = std::int64_t{along_columns_.count[index]};
  kernels::resize_column(first, between_.stride, column_pairs_.data() + column_begin_[index],
                         (count + 1) / 2, count % 2 != 0, samples, result_.data());
  return result_.data();
}

}  // namespace temper::augment
