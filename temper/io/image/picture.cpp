#include "temper/io/image/picture.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::io {

void Picture::check(const Pixels& pixels) const {
  if ((pixels.channels != 1 && pixels.channels != 3) || pixels.height < 1 || pixels.width < 1 ||
      (kind_ == Kind::own && own_.pixels.size() != own_.size()))
    throw Error(
        Code::data,
        fmt::format("an image of {} x {} pixels with {} channels in {} bytes; expected 1 or "
                    "3 channels, at least one pixel and height * width * channels bytes",
                    pixels.height, pixels.width, pixels.channels,
                    kind_ == Kind::own ? own_.pixels.size() : pixels.size()));
}

void Picture::view(const Pixels& pixels) {
  kind_ = Kind::view;
  view_ = pixels;
  height_ = pixels.height;
  width_ = pixels.width;
  channels_ = pixels.channels;
}

Image& Picture::image() {
  kind_ = Kind::own;
  return own_;
}

void Picture::encoded(std::span<const std::byte> bytes, const std::string& name,
                      const DecodeOptions& options) {
  kind_ = Kind::none;
  kept_ = false;
  const auto header = decoder_.begin(bytes, name, options);
  shrinks_ = options.decode == Decode::fast && header.shrinks;
  file_ = bytes;
  height_ = header.height;
  width_ = header.width;
  channels_ = header.channels;
  kind_ = Kind::encoded;
}

void Picture::load(const std::filesystem::path& path, const DecodeOptions& options,
                   const ReadOptions& read) {
  load(path, options, read, path.native());
}

void Picture::load(const std::filesystem::path& path, const DecodeOptions& options,
                   const ReadOptions& read, const std::string& name) {
  kind_ = Kind::none;
  encoded(reader_(path, read), name, options);
}

const Part& Picture::part(const Region& region, int max_shrink) {
  if (kind_ == Kind::none) throw Error(Code::internal, "the picture was not set by a data source.");
  if (kind_ != Kind::encoded) {
    const Pixels all = kind_ == Kind::own ? Pixels(own_) : view_;
    check(all);
    part_ = {.pixels = all};
    return part_;
  }
  if (kept_) return part_;
  const bool whole = keeps_ && !shrinks();
  const auto begin = std::chrono::steady_clock::now();
  const auto decoded =
      decoder_.decode(whole ? Region{0, 0, height(), width()} : region, shrinks() ? max_shrink : 1);
  decoding_ += std::chrono::steady_clock::now() - begin;
  ++decodes_;
  kept_ = whole;
  part_ = {
      .pixels = decoded.pixels, .top = decoded.top, .left = decoded.left, .shrink = decoded.shrink};
  return part_;
}

const Pixels& Picture::pixels() {
  return part({0, 0, height(), width()}).pixels;
}

void Picture::copy_to(Image& into) {
  const Pixels& all = pixels();
  into.height = all.height;
  into.width = all.width;
  into.channels = all.channels;
  into.pixels.resize(into.size());
  const std::ptrdiff_t row = std::ptrdiff_t{all.width} * all.channels;
  for (int y = 0; y < all.height; ++y) std::copy_n(all.row(y), row, into.pixels.begin() + y * row);
}

}  // namespace temper::io
