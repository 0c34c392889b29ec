// Against timm and torchvision; scripts/golden/evaluation_views.py wrote the pixels.
#include <gtest/gtest.h>

#include <cctype>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pipeline/views.h"
#include "temper/io/format/safetensors.h"
#include "tests/support/golden.h"

namespace temper::augment {
namespace {

/// A tensor of the file with its name parsed: "timm grey bilinear 24 875".
struct Case {
  std::string name;
  io::Image image;
  Interpolation interpolation = Interpolation::bilinear;
  std::vector<std::int64_t> numbers;
  io::TensorView expected;  ///< one image, or several stacked
};

class ViewsGolden : public ::testing::Test {
 protected:
  [[nodiscard]] io::Image image(const std::string& name) const {
    const auto& view = file.at("image " + name);
    io::Image image{static_cast<int>(view.shape[0]),
                    static_cast<int>(view.shape[1]),
                    static_cast<int>(view.shape[2]),
                    {}};
    image.pixels.resize(view.bytes.size());
    std::memcpy(image.pixels.data(), view.bytes.data(), view.bytes.size());
    return image;
  }

  [[nodiscard]] std::vector<Case> cases(const std::string& kind) const {
    std::vector<Case> result;
    for (const auto& tensor : file.tensors()) {
      std::istringstream words(tensor.name);
      std::string first;
      std::string subject;
      std::string word;
      words >> first >> subject;
      if (first != kind) continue;
      Case item{.name = tensor.name, .image = image(subject), .expected = tensor};
      while (words >> word) {
        if (word == "bicubic") item.interpolation = Interpolation::bicubic;
        if (std::isdigit(static_cast<unsigned char>(word[0])) != 0)
          item.numbers.push_back(std::stoll(word));
      }
      result.push_back(std::move(item));
    }
    EXPECT_GE(result.size(), 2U) << kind;
    return result;
  }

  /// Expects the pixels of a view to be the image of that index.
  static void expect_view(const Case& item, const Fit& fit, Size input, std::size_t index) {
    SCOPED_TRACE(item.name + ", view " + std::to_string(index));
    const auto channels = static_cast<std::size_t>(item.image.channels);
    const Normalisation plain{std::vector(channels, 0.0), std::vector(channels, 1.0)};
    const Pipeline pipeline({}, plain, input, fit);
    io::Picture picture;
    picture.view(item.image);
    Frame frame;
    const auto& result = pipeline.pixels(picture, {}, frame);
    EXPECT_EQ((Size{result.height, result.width}), input);
    ASSERT_GE(item.expected.bytes.size(), (index + 1) * result.size());
    EXPECT_EQ(std::memcmp(result.pixels.data(), item.expected.bytes.data() + index * result.size(),
                          result.size()),
              0);
  }

  io::Safetensors file{testing::golden_path("augment/evaluation_views.safetensors")};
};

InputTransform of_size(Size input, int channels) {
  return {.input = {channels, input.height, input.width},
          .keep_same_size = false,
          .resize = automatic_side(input),
          .normalisation = {}};
}

TEST_F(ViewsGolden, EvaluationAtACropRatioIsTimms) {
  for (const auto& item : cases("timm")) {
    const Size input{item.numbers[0], item.numbers[0]};
    auto transform = of_size(input, item.image.channels);
    transform.resize = resize_side(input, static_cast<double>(item.numbers[1]) / 1000);
    transform.interpolation = item.interpolation;
    expect_view(item, transform.fit(), input, 0);
  }
}

TEST_F(ViewsGolden, FiveAndTenCropsAreTorchvisions) {
  // FiveCrop's order.
  const std::vector<Place> places{Place::top_left, Place::top_right, Place::bottom_left,
                                  Place::bottom_right, Place::center};
  for (const auto& item : cases("crops")) {
    const Size input{item.numbers[0], item.numbers[0]};
    auto transform = of_size(input, item.image.channels);
    transform.resize = item.numbers[1];
    transform.interpolation = item.interpolation;
    for (std::size_t i = 0; i < 10; ++i)
      expect_view(item, transform.fit({.place = places[i % 5], .flipped = i >= 5}), input, i);
  }
}

TEST_F(ViewsGolden, ShiftsReflectTheBorderAsTorchvisionDoes) {
  for (const auto& item : cases("moved")) {
    const Size input{item.image.height, item.image.width};
    auto transform = of_size(input, item.image.channels);
    transform.keep_same_size = true;
    expect_view(item, transform.fit({.shift = -item.numbers[0]}), input, 0);
    expect_view(item, transform.fit({.shift = item.numbers[0]}), input, 1);
  }
}

}  // namespace
}  // namespace temper::augment
