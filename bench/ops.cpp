// Measures single image operations; driven by bench/ops.py, which compares.
//
//   bench_ops PICTURE
//
// Operations are applied to the picture's upper left corner of 224 x 224 pixels, which all
// libraries decode alike. For each line "TIMES FORM OPERATIONS" on standard input, in which
// OPERATIONS is a recipe's list, such as [{ kind = "flip", p = 1 }], it prints the microseconds of
// one image and a hash of what became of it the last time. FORM is pixels (8 bits, what Pillow's
// operations return) or render (the normalized input of the network).
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/recipe/recipe.h"

namespace {

using namespace temper;

constexpr augment::Size kSize{224, 224};

io::Image picture(const char* path) {
  io::Picture file;
  file.load(path, {.channels = 3});
  augment::Frame frame;
  frame.begin(file);
  if (frame.size().height < kSize.height || frame.size().width < kSize.width)
    throw Error(Code::data, fmt::format("{} is smaller than 224 x 224 pixels", path));
  frame.crop({0, 0, kSize.height, kSize.width});
  return frame.pixels();
}

std::uint64_t hash_of(const io::Image& image) {
  return coordinate({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()});
}

class Measurement {
 public:
  explicit Measurement(io::Image image) : image_(std::move(image)) {}

  /// Microseconds of an image.
  double operator()(const std::vector<augment::Operation>& operations, bool render, int times) {
    augment::check_options(operations);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) {
      frame_.begin(image_);
      const augment::Applier apply({.sample = static_cast<std::uint64_t>(i)}, frame_);
      apply(operations);
      if (render)
        frame_.render(table_, rendered_.data());
      else
        frame_.pixels();
    }
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    return time.count() / times;
  }

  [[nodiscard]] std::uint64_t hash() { return hash_of(frame_.pixels()); }

 private:
  io::Image image_;
  augment::Frame frame_{kSize};
  augment::NormalisationTable table_{augment::imagenet_normalisation(3)};
  std::vector<float> rendered_ = std::vector<float>(kSize.height * kSize.width * 3);
};

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) throw Error(Code::usage, "bench_ops PICTURE");
  Measurement measure(picture(arguments[1]));
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    int times = 0;
    std::string form, operations;
    words >> times >> form;
    std::getline(words, operations);
    try {
      const auto recipe = recipe::parse("[data]\naugment = " + operations, "standard input");
      const double time = measure(recipe.data.augment, form == "render", times);
      fmt::print("{} {:016x}\n", time, measure.hash());
    } catch (const Error& error) {
      fmt::print("error {}\n", error.message());
    }
    std::fflush(stdout);
  }
} catch (const std::exception& error) {
  std::cerr << "bench_ops: " << error.what() << '\n';
  return 1;
}
