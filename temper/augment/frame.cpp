#include "temper/augment/frame.h"

#include <fmt/format.h>

#include <algorithm>

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

/// Where a picture lies on a canvas, and what surrounds it.
struct Placement {
  Size canvas;
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::uint8_t fill = 0;
  bool mirrored =
      false;  ///< the picture in its place; `left` is where it lies on the canvas afterwards
};

/// Writes the canvas row by row; `value(channel, sample)` is what a sample becomes.
template <int channels, class Out, class Value>
void place(const PixelView& picture, const Placement& placement, Out* out, Value value) {
  const auto blank = [&](std::int64_t pixels) {
    for (std::int64_t x = 0; x < pixels; ++x)
      for (int c = 0; c < channels; ++c) *out++ = value(c, placement.fill);
  };
  const std::int64_t width = picture.size.width;
  const std::int64_t step = placement.mirrored ? -channels : channels;
  for (std::int64_t y = 0; y < placement.canvas.height; ++y) {
    const std::int64_t row = y - placement.top;
    if (row < 0 || row >= picture.size.height || width == 0) {
      blank(placement.canvas.width);
      continue;
    }
    blank(placement.left);
    const std::uint8_t* in = picture.data + row * picture.stride;
    if (placement.mirrored) in += (width - 1) * channels;
    for (std::int64_t x = 0; x < width; ++x, in += step)
      for (int c = 0; c < channels; ++c) *out++ = value(c, in[c]);
    blank(placement.canvas.width - placement.left - width);
  }
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
  source_ = &image;
  crop_ = whole({image.height, image.width});
  resized_ = crop_.size();
  window_ = crop_;
  flipped_ = false;
}

void Frame::crop(Box box, std::uint8_t fill) {
  const Size now = size();
  if (!box.inside(now) && window_ != whole(resized_)) {
    begin(pixels());  // what the window hides must not come back as part of the border
    crop(box, fill);
    return;
  }
  if (!box.inside(now)) fill_ = fill;
  if (flipped_) box.left = now.width - box.left - box.width;
  window_ = {window_.top + box.top, window_.left + box.left, box.height, box.width};
}

void Frame::resize(Size size, Interpolation interpolation) {
  if (size == this->size()) return;
  // A second resize, and one of a border or of a mirrored image (whose roundings differ), work on
  // pixels.
  if (flipped_ || resized_ != crop_.size() || !window_.inside(resized_)) begin(pixels());
  crop_ = {crop_.top + window_.top, crop_.left + window_.left, window_.height, window_.width};
  resized_ = size;
  window_ = whole(size);
  interpolation_ = interpolation;
}

template <class Out, class Value>
void Frame::draw(Out* out, Value value) {
  const int channels = source_->channels;
  const Box visible = intersection(window_, whole(resized_));
  PixelView picture{source_->pixels.data(),
                    std::int64_t{source_->width} * channels,
                    {source_->height, source_->width},
                    channels};
  picture = part(picture, crop_);
  if (visible.height == 0 || visible.width == 0)
    picture.size = {};
  else if (resized_ == crop_.size())
    picture = part(picture, visible);
  else
    picture = resampler_(picture, resized_, visible, interpolation_);

  const std::int64_t before = visible.left - window_.left;
  const std::int64_t left = flipped_ ? window_.width - before - picture.size.width : before;
  const Placement placement{size(), visible.top - window_.top, left, fill_, flipped_};
  if (channels == 1)
    place<1>(picture, placement, out, value);
  else
    place<3>(picture, placement, out, value);
}

io::Image& Frame::pixels() {
  const bool untouched = crop_ == whole({source_->height, source_->width}) &&
                         resized_ == crop_.size() && window_ == crop_ && !flipped_;
  for (auto& image : own_)
    if (untouched && source_ == &image) return image;

  const auto [height, width] = size();
  if (height > kMaxPixels / width)
    throw Error(Code::data, fmt::format("an image of {} x {} pixels on the way; at most {} pixels "
                                        "are allowed",
                                        height, width, kMaxPixels));
  io::Image& result = source_ == own_.data() ? own_[1] : own_[0];
  result.height = static_cast<int>(height);
  result.width = static_cast<int>(width);
  result.channels = source_->channels;
  result.pixels.resize(result.size());
  draw(result.pixels.data(), [](int, std::uint8_t sample) { return sample; });
  begin(result);
  return result;
}

void Frame::render(const NormalisationTable& table, float* out) {
  if (size() != input_)
    throw Error(Code::usage, fmt::format("an image of {} x {} pixels where the network takes {} x "
                                         "{}; add resize, center_crop or random_resized_crop",
                                         size().height, size().width, input_.height, input_.width));
  if (table.channels() != source_->channels)
    throw Error(Code::usage,
                fmt::format("an image with {} channels, but {} channels are normalised",
                            source_->channels, table.channels()));
  draw(out, [&table](int c, std::uint8_t sample) { return table.channel(c)[sample]; });
}

}  // namespace temper::augment
