#include "temper/corrupt/arrays/gaussian_filter.h"

#include <cmath>
#include <utility>

#include "temper/corrupt/arrays/row_kernels.h"

namespace temper::corrupt {
namespace {

constexpr double kLeastSigma = 1e-15;  // below it SciPy does not filter

int index_at(int i, int n, Edge edge) {
  if (edge == Edge::nearest) return std::clamp(i, 0, n - 1);
  const int period = 2 * n;
  const int within = (i % period + period) % period;
  return within < n ? within : period - 1 - within;
}

void round_to_float(Samples& samples) {
  for (auto& value : samples.values) value = static_cast<float>(value);
}

}  // namespace

void GaussianFilter::prepare(double sigma, double truncate) {
  const int radius = static_cast<int>(std::floor(truncate * sigma + 0.5));
  const double scale = -0.5 / (sigma * sigma);
  kernel_.clear();
  for (int x = -radius; x <= radius; ++x) kernel_.push_back(std::exp(scale * (x * x)));
  const double sum = sum_of(kernel_);
  weights_.clear();
  for (int x = 0; x <= radius; ++x)
    weights_.push_back(kernel_[static_cast<std::size_t>(radius) + static_cast<std::size_t>(x)] /
                       sum);
}

void GaussianFilter::columns(const Samples& from, Samples& to, Edge edge) {
  to.clear(from.height, from.width, from.channels);
  const auto count = static_cast<std::int64_t>(from.row_size());
  const int radius = static_cast<int>(weights_.size()) - 1;
  for (int y = 0; y < from.height; ++y) {
    kernels::add_scaled(from.row(y), weights_[0], count, to.row(y));
    for (int j = radius; j > 0; --j)
      kernels::add_scaled_pairs(from.row(index_at(y - j, from.height, edge)),
                                from.row(index_at(y + j, from.height, edge)),
                                weights_[static_cast<std::size_t>(j)], count, to.row(y));
  }
}

void GaussianFilter::rows(const Samples& from, Samples& to, Edge edge) {
  to.clear(from.height, from.width, from.channels);
  const auto count = static_cast<std::int64_t>(from.row_size());
  const int radius = static_cast<int>(weights_.size()) - 1;
  const std::ptrdiff_t channels = from.channels;
  line_.resize(from.row_size() +
               2 * static_cast<std::size_t>(radius) * static_cast<std::size_t>(channels));
  for (int y = 0; y < from.height; ++y) {
    double* into = line_.data();
    for (int x = -radius; x < from.width + radius; ++x)
      into = std::copy_n(from.pixel(y, index_at(x, from.width, edge)), channels, into);
    const double* middle = line_.data() + radius * channels;
    kernels::add_scaled(middle, weights_[0], count, to.row(y));
    for (int j = radius; j > 0; --j)
      kernels::add_scaled_pairs(middle - j * channels, middle + j * channels,
                                weights_[static_cast<std::size_t>(j)], count, to.row(y));
  }
}

void GaussianFilter::operator()(Samples& samples, const GaussianOptions& options) {
  if (options.sigma_y > kLeastSigma) {
    prepare(options.sigma_y, options.truncate);
    columns(samples, between_, options.edge);
    std::swap(samples, between_);
    if (options.to_float) round_to_float(samples);
  }
  if (options.sigma_x > kLeastSigma) {
    prepare(options.sigma_x, options.truncate);
    rows(samples, between_, options.edge);
    std::swap(samples, between_);
    if (options.to_float) round_to_float(samples);
  }
}

}  // namespace temper::corrupt
