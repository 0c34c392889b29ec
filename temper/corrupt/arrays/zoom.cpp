#include "temper/corrupt/arrays/zoom.h"

#include <algorithm>
#include <cmath>

namespace temper::corrupt {

void Zoom::Axis::prepare(int length, double factor) {
  const int part = static_cast<int>(std::ceil(length / factor));
  const int begin = (length - part) / 2;
  const int size = static_cast<int>(std::nearbyint(part * factor));
  const double step = size > 1 ? static_cast<double>(part - 1) / (size - 1) : 1;
  first.clear();
  second.clear();
  weight.clear();
  outside.clear();
  for (int i = 0; i < size; ++i) {
    const double at = i * step;
    const int low = static_cast<int>(std::floor(at));
    first.push_back(begin + std::min(low, part - 1));
    second.push_back(begin + std::min(low + 1, part - 1));
    weight.push_back(at - low);
    outside.push_back(at > part - 1 ? 1 : 0);
  }
}

void Zoom::operator()(const Samples& from, double factor, bool to_float, Samples& to) {
  rows_.prepare(from.height, factor);
  columns_.prepare(from.width, factor);
  to.resize(rows_.size(), columns_.size(), from.channels);
  const int channels = from.channels;
  for (int y = 0; y < to.height; ++y) {
    const auto i = static_cast<std::size_t>(y);
    const double* above = from.row(rows_.first[i]);
    const double* below = from.row(rows_.second[i]);
    const double down = rows_.weight[i];
    double* const out = to.row(y);
    std::size_t next = 0;
    for (int x = 0; x < to.width; ++x) {
      const auto j = static_cast<std::size_t>(x);
      const double right = columns_.weight[j];
      const int left_at = columns_.first[j] * channels;
      const int right_at = columns_.second[j] * channels;
      const bool outside = rows_.outside[i] != 0 || columns_.outside[j] != 0;
      for (int c = 0; c < channels; ++c) {
        const double sum = above[left_at + c] * (1 - down) * (1 - right) +
                           above[right_at + c] * (1 - down) * right +
                           below[left_at + c] * down * (1 - right) +
                           below[right_at + c] * down * right;
        out[next++] = outside ? 0 : to_float ? static_cast<float>(sum) : sum;
      }
    }
  }
}

void cut(const Samples& from, int top, int left, int height, int width, Samples& to) {
  to.resize(height, width, from.channels);
  for (int y = 0; y < height; ++y) std::copy_n(from.pixel(top + y, left), to.row_size(), to.row(y));
}

}  // namespace temper::corrupt
