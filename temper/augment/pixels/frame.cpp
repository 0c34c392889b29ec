#include "temper/augment/pixels/frame.h"

#include <fmt/format.h>
#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "temper/augment/pixels/kernels.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 27;

Box intersection(Box a, Box b) {
  const std::int64_t top = std::max(a.top, b.top);
  const std::int64_t left = std::max(a.left, b.left);
  return {top, left, std::max<std::int64_t>(0, std::min(a.top + a.height, b.top + b.height) - top),
          std::max<std::int64_t>(0, std::min(a.left + a.width, b.left + b.width) - left)};
}

PixelView part(const PixelView& view, Box box) {
  return {view.data + box.top * view.stride + box.left * view.channels, view.stride, box.size(),
          view.channels};
}

void require_size(Size size) {
  if (size.height > kMaxPixels / size.width)
    throw Error(Code::data,
                fmt::format("an intermediate image of {} x {} pixels; at most {} pixels "
                            "are allowed",
                            size.height, size.width, kMaxPixels));
}

/// Outputs of rows: 8-bit samples for pixels(), normalized floats for render().
struct Samples {
  std::uint8_t* out;
  int channels;

  void pixels(const std::uint8_t* row, std::int64_t count) {
    out = std::copy_n(row, count * channels, out);
  }
  void fill(const Fill& fill, std::int64_t count) { out = fill_pixels(fill, channels, count, out); }
};

struct Normalised {
  float* out;
  const NormalisationTable& table;
  bool streamed;

  void pixels(const std::uint8_t* row, std::int64_t count) {
    kernels::normalise(row, count, table, out, streamed);
    out += count * table.channels();
  }
  void fill(const Fill& fill, std::int64_t count) {
    for (std::int64_t x = 0; x < count; ++x)
      for (int c = 0; c < table.channels(); ++c)
        *out++ = table.channel(c)[fill.channels[static_cast<std::size_t>(c)]];
  }
};

/// Rotates a square image by 90 degrees.
void quarter_turn(const io::Image& from, io::Image& to, bool counterclockwise) {
  const std::int64_t side = from.width, channels = from.channels;
  // Where the first pixel of the result comes from, and the pixel below and right of it.
  const std::int64_t first = counterclockwise ? side - 1 : (side - 1) * side;
  const std::int64_t down = counterclockwise ? -1 : 1;
  const std::int64_t right = counterclockwise ? side : -side;
  std::uint8_t* out = to.pixels.data();
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x)
      out = std::copy_n(from.pixels.data() + (first + y * down + x * right) * channels, channels,
                        out);
}

/// The box that a transform takes whole pixels from, if it does no more than that.
std::optional<Box> pixel_shift(const Affine& inverse, Interpolation interpolation, Size size) {
  const auto& c = inverse.c;
  // Beyond that, or close to the middle between two pixels, Pillow's sums of places may be rounded
  // to a neighbor.
  constexpr double largest = 32768, margin = 1e-6;
  if (c[0] != 1 || c[1] != 0 || c[3] != 0 || c[4] != 1 || !(std::abs(c[2]) < largest) ||
      !(std::abs(c[5]) < largest))
    return std::nullopt;
  const bool is_nearest = interpolation == Interpolation::nearest;
  const auto shift = [&](double offset) -> std::optional<std::int64_t> {
    const double pixels = std::floor(offset + 0.5);
    const double rest = std::abs(offset - pixels);
    if (rest != 0 && !(is_nearest && rest < 0.5 - margin)) return std::nullopt;
    return static_cast<std::int64_t>(pixels);
  };
  const auto left = shift(c[2]), top = shift(c[5]);
  if (!left || !top) return std::nullopt;
  return Box{*top, *left, size.height, size.width};
}

/// The largest factor by which the decoder may shrink a crop that is then resized: the result must
/// not be smaller than the resized crop. 1 for filters that use only some of the pixels.
std::int64_t most_shrink(Size crop, Size resized, Filter filter) {
  if (!filter.antialias || filter.interpolation == Interpolation::nearest) return 1;
  std::int64_t shrink = 8;
  while (shrink > 1 &&
         (crop.height < shrink * resized.height || crop.width < shrink * resized.width))
    shrink /= 2;
  return shrink;
}

}  // namespace

void Frame::begin(const io::Image& image) {
  if ((image.channels != 1 && image.channels != 3) || image.height < 1 || image.width < 1 ||
      image.pixels.size() != image.size())
    throw Error(
        Code::data,
        fmt::format("an image of {} x {} pixels with {} channels in {} bytes; expected 1 or "
                    "3 channels, at least one pixel and height * width * channels bytes",
                    image.height, image.width, image.channels, image.pixels.size()));
  if (!owns(image)) erasures_.clear();
  picture_ = nullptr;
  image_ = &image;
  start({image.height, image.width}, image.channels);
}

void Frame::begin(io::Picture& picture) {
  if (picture.height() < 1 || picture.width() < 1) picture.pixels();  // throws
  erasures_.clear();
  picture_ = &picture;
  image_ = nullptr;
  start({picture.height(), picture.width()}, picture.channels());
}

bool Frame::owns(const io::Image& image) const {
  const auto is_it = [&](const io::Image& one) { return &one == &image; };
  return std::ranges::any_of(own_, is_it) || std::ranges::any_of(scratch_, is_it);
}

void Frame::start(Size size, int channels) {
  source_size_ = size;
  channels_ = channels;
  crop_ = whole(size);
  resized_ = size;
  window_ = crop_;
  flipped_ = false;
  upside_down_ = false;
}

void Frame::crop(Box box, Fill fill) {
  const Size now = size();
  if (!box.inside(now) && window_ != whole(resized_)) {
    begin(pixels());  // pixels outside the window must not reappear in the border
    crop(box, fill);
    return;
  }
  if (!box.inside(now)) fill_ = fill;
  if (flipped_) box.left = now.width - box.left - box.width;
  if (upside_down_) box.top = now.height - box.top - box.height;
  window_ = {window_.top + box.top, window_.left + box.left, box.height, box.width};
}

void Frame::crop(Box box, Border border, Fill fill) {
  if (border == Border::constant || box.inside(size())) {
    crop(box, fill);
    return;
  }
  require_size(box.size());
  rewrite(
      [&](const io::Image& from, io::Image& to) { augment::crop(from, to, box, border, fill); });
}

void Frame::warp(const Affine& inverse, Interpolation interpolation, Fill fill) {
  if (const auto shift = pixel_shift(inverse, interpolation, size())) {
    if (*shift != whole(size())) crop(*shift, fill);
    return;
  }
  rewrite([&](const io::Image& from, io::Image& to) {
    augment::warp(from, to, inverse, interpolation, fill);
  });
}

void Frame::warp(const Perspective& inverse, Interpolation interpolation, Fill fill) {
  rewrite([&](const io::Image& from, io::Image& to) {
    augment::warp(from, to, inverse, interpolation, fill);
  });
}

void Frame::rotate(double degrees, Interpolation interpolation, Fill fill) {
  const double turn = std::fmod(std::fmod(degrees, 360) + 360, 360);
  if (turn == 0) return;
  if (turn == 180) {
    flip();
    flip_vertically();
  } else if ((turn == 90 || turn == 270) && size().width == size().height) {
    rewrite([turn](const io::Image& from, io::Image& to) { quarter_turn(from, to, turn == 90); });
  } else {
    warp(rotation(size(), degrees), interpolation, fill);
  }
}

void Frame::resize(Size size, Filter filter) {
  if (size == this->size()) return;
  // A second resize, and the resize of a padded or a flipped image (whose rounding differs), work
  // on pixels.
  if (flipped_ || upside_down_ || resized_ != crop_.size() || !window_.inside(resized_))
    begin(pixels());
  crop_ = {crop_.top + window_.top, crop_.left + window_.left, window_.height, window_.width};
  resized_ = size;
  window_ = whole(size);
  filter_ = filter;
}

PixelView Frame::decoded(Box box, std::int64_t max_shrink, io::Part& part) {
  part = {};
  if (picture_ == nullptr)
    part.pixels = io::Pixels(*image_);
  else
    part = picture_->part({static_cast<int>(box.top), static_cast<int>(box.left),
                           static_cast<int>(box.height), static_cast<int>(box.width)},
                          static_cast<int>(max_shrink));
  const auto& pixels = part.pixels;
  return {pixels.data, pixels.stride, {pixels.height, pixels.width}, pixels.channels};
}

PixelView Frame::stretched(Box visible) {
  io::Part part;
  const auto at = [&part](const PixelView& view, Box box) {
    return augment::part(view, {box.top - part.top, box.left - part.left, box.height, box.width});
  };
  const auto in_source = [this](Box box) {
    return Box{crop_.top + box.top, crop_.left + box.left, box.height, box.width};
  };
  if (resized_ == crop_.size()) {
    const Box box = in_source(visible);
    return at(decoded(box, 1, part), box);
  }
  const std::int64_t shrink =
      picture_ != nullptr && picture_->shrinks() ? most_shrink(crop_.size(), resized_, filter_) : 1;
  const Box needed = in_source(
      resampler_.prepare(SourceRegion::whole(crop_.size()), resized_, visible, filter_, flipped_));
  const PixelView pixels = decoded(shrink > 1 ? crop_ : needed, shrink, part);
  if (part.shrink == 1) {
    resampler_.begin(at(pixels, needed));
    return {nullptr, 0, visible.size(), channels_};
  }
  // The crop's edges may lie within pixels of the smaller picture.
  const auto scale = static_cast<double>(part.shrink);
  const auto smaller = [&part](std::int64_t begin, std::int64_t length, int first) {
    const std::int64_t low = begin / part.shrink;
    return std::pair(low - first, (begin + length + part.shrink - 1) / part.shrink - low);
  };
  const auto [top, height] = smaller(crop_.top, crop_.height, part.top);
  const auto [left, width] = smaller(crop_.left, crop_.width, part.left);
  const Box covered{top, left, height, width};
  const SourceRegion stretch{covered.size(), static_cast<double>(crop_.top % part.shrink) / scale,
                             static_cast<double>(crop_.left % part.shrink) / scale,
                             static_cast<double>(crop_.height) / scale,
                             static_cast<double>(crop_.width) / scale};
  const Box counts = resampler_.prepare(stretch, resized_, visible, filter_, flipped_);
  resampler_.begin(augment::part(augment::part(pixels, covered), counts));
  return {nullptr, 0, visible.size(), channels_};
}

template <class Out>
void Frame::draw(Out& out) {
  const Box visible = intersection(window_, whole(resized_));
  const auto [height, width] = size();
  const bool empty = visible.height == 0 || visible.width == 0;
  const PixelView picture = empty ? PixelView{} : stretched(visible);
  const std::int64_t before = visible.left - window_.left;
  const std::int64_t left = flipped_ ? window_.width - before - visible.width : before;
  const bool mirrors = flipped_ && picture.data != nullptr;  // else the resampler does
  if (mirrors) mirrored_.resize(static_cast<std::size_t>(visible.width * channels_));
  for (std::int64_t y = 0; y < height; ++y) {
    const std::int64_t row = (upside_down_ ? height - 1 - y : y) - (visible.top - window_.top);
    if (empty || row < 0 || row >= visible.height) {
      out.fill(fill_, width);
      continue;
    }
    const std::uint8_t* pixels =
        picture.data == nullptr ? resampler_.row(row) : picture.data + row * picture.stride;
    if (mirrors) {
      kernels::mirror(pixels, visible.width, channels_, mirrored_.data());
      pixels = mirrored_.data();
    }
    out.fill(fill_, left);
    out.pixels(pixels, visible.width);
    out.fill(fill_, width - left - visible.width);
  }
}

io::Image& Frame::other(const io::Image* used) {
  const auto [height, width] = size();
  require_size(size());
  io::Image& image = used == own_.data() ? own_[1] : own_[0];
  image.height = static_cast<int>(height);
  image.width = static_cast<int>(width);
  image.channels = channels_;
  image.pixels.resize(image.size());
  return image;
}

io::Image& Frame::pixels() {
  const bool untouched =
      geometry() == Geometry{whole(source_size_), source_size_, whole(source_size_)};
  for (auto& image : own_)
    if (untouched && image_ == &image) return image;

  io::Image& result = other(image_);
  Samples samples{result.pixels.data(), channels_};
  draw(samples);
  begin(result);
  return result;
}

io::Image& Frame::pixels(const NormalisationTable& table) {
  io::Image& result = pixels();
  if (size() == input_)
    for (const auto& erasure : erasures_) augment::erase(result, table, erasure);
  return result;
}

void Frame::render(const NormalisationTable& table, float* out) {
  if (size() != input_)
    throw Error(Code::usage, fmt::format("an image of {} x {} pixels where the network takes {} x "
                                         "{}; add resize, center_crop or random_resized_crop",
                                         size().height, size().width, input_.height, input_.width));
  if (table.channels() != channels_)
    throw Error(Code::usage,
                fmt::format("an image with {} channels, but a normalization for {} channels",
                            channels_, table.channels()));
  // A batch of images from about this size on does not fit in the caches; past them, its memory is
  // not read before it is written.
  constexpr std::int64_t streamed_values = 32'768;
  const bool streamed = input_.height * input_.width * channels_ >= streamed_values;
  Normalised normalised{out, table, streamed};
  draw(normalised);
  if (streamed) hwy::FlushStream();
  for (const auto& erasure : erasures_) augment::erase(out, input_, channels_, erasure);
}

}  // namespace temper::augment
