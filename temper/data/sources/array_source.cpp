#include "temper/data/sources/array_source.h"

#include <fmt/format.h>

#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/digest.h"

namespace temper::data {

ArraySource::ArraySource(Contents contents) : contents_(std::move(contents)) {
  const auto& c = contents_;
  if (c.height < 1 || c.width < 1 || (c.channels != 1 && c.channels != 3))
    throw Error(Code::data, {.file = c.name},
                fmt::format("images of {} x {} pixels with {} channels; expected at least one "
                            "pixel and 1 or 3 channels",
                            c.height, c.width, c.channels));
  const std::size_t one = io::Image{c.height, c.width, c.channels, {}}.size();
  if (c.pixels.size() % one != 0 || c.pixels.size() / one != c.labels.size())
    throw Error(Code::data, {.file = c.name},
                fmt::format("{} labels for {} bytes of images, {} bytes each", c.labels.size(),
                            c.pixels.size(), one));
  for (std::size_t i = 0; i < c.labels.size(); ++i)
    if (c.labels[i] < -1 || c.labels[i] >= static_cast<std::int64_t>(c.classes.size()))
      throw Error(
          Code::data, {.image = ArraySource::where(static_cast<std::int64_t>(i))},
          fmt::format("label {}; expected 0 to {}", c.labels[i], std::ssize(c.classes) - 1));
}

std::int64_t ArraySource::size() const {
  return std::ssize(contents_.labels);
}

const std::vector<std::string>& ArraySource::classes() const {
  return contents_.classes;
}

std::int64_t ArraySource::label(std::int64_t i) const {
  return contents_.labels[static_cast<std::size_t>(i)];
}

int ArraySource::channels() const {
  return contents_.channels;
}

void ArraySource::read(std::int64_t i, io::Picture& into) const {
  const auto& c = contents_;
  const std::ptrdiff_t row = std::ptrdiff_t{c.width} * c.channels;
  into.view({c.pixels.data() + i * c.height * row, row, c.height, c.width, c.channels});
}

std::string ArraySource::where(std::int64_t i) const {
  return fmt::format("{}, image {}", contents_.name, i);
}

std::string ArraySource::name(std::int64_t i) const {
  return fmt::format("{}", i);
}

std::string ArraySource::digest() const {
  return Digest()
      .add(contents_.classes)
      .add(contents_.height)
      .add(contents_.width)
      .add(contents_.channels)
      .add(std::as_bytes(std::span(contents_.labels)))
      .add(std::as_bytes(std::span(contents_.pixels)))
      .hex();
}

std::optional<io::HashValue> ArraySource::content(std::int64_t i) const {
  const auto& c = contents_;
  const auto size = io::Image{c.height, c.width, c.channels, {}}.size();
  return io::hash_of(
      std::as_bytes(std::span(c.pixels).subspan(static_cast<std::size_t>(i) * size, size)));
}

}  // namespace temper::data
