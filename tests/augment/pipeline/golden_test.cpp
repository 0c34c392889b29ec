// Against Pillow and torchvision; scripts/golden/augment.py wrote the pixels.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <sstream>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/io/format/safetensors.h"
#include "tests/augment/golden.h"
#include "tests/augment/targets.h"
#include "tests/support/golden.h"

namespace temper::augment {
namespace {

/// A tensor of the file with its name parsed: "resize grey bilinear 31 20".
struct Case {
  std::string name;
  io::Image image;  ///< what the operation is applied to
  Interpolation interpolation = Interpolation::bilinear;
  std::vector<std::int64_t> numbers;
  io::TensorView expected;
};

class AugmentGolden : public ::testing::Test {
 protected:
  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name) const {
    return Golden::values<T>(file.at(name));
  }

  [[nodiscard]] io::Image image(const std::string& name) const {
    return Golden::image(file.at("image " + name));
  }

  [[nodiscard]] std::vector<Case> cases(const std::string& kind) const {
    std::vector<Case> result;
    for (const auto& tensor : file.tensors()) {
      std::istringstream words(tensor.name);
      std::string first, subject, word;
      words >> first >> subject;
      if (first != kind) continue;
      Case item{.name = tensor.name, .image = image(subject), .expected = tensor};
      while (words >> word) {
        const auto& names = EnumNames<Interpolation>::value;
        for (std::size_t i = 0; i < names.size(); ++i)
          if (word == names[i]) item.interpolation = static_cast<Interpolation>(i);
        if (std::isdigit(word[0])) item.numbers.push_back(std::stoll(word));
      }
      result.push_back(std::move(item));
    }
    EXPECT_GE(result.size(), 2U) << kind;
    return result;
  }

  /// Expects equal pixels from pixels() and from render(), which takes another code path.
  void expect_pixels(const std::string& kind,
                     const std::function<void(Frame&, const Case&)>& change) {
    Frame frame;
    for (const auto& item : cases(kind)) {
      SCOPED_TRACE(item.name);
      frame.begin(item.image);
      change(frame, item);
      const io::Image& result = frame.pixels();
      EXPECT_EQ((std::vector<std::int64_t>{result.height, result.width, result.channels}),
                item.expected.shape);
      ASSERT_EQ(result.pixels.size(), item.expected.bytes.size());
      EXPECT_EQ(std::memcmp(result.pixels.data(), item.expected.bytes.data(), result.size()), 0);

      Frame rendered(frame.size());
      rendered.begin(item.image);
      change(rendered, item);
      const auto channels = static_cast<std::size_t>(item.image.channels);
      const NormalisationTable plain(
          {std::vector(channels, 0.0), std::vector(channels, 1.0 / 255)});
      std::vector<float> samples(result.size());
      rendered.render(plain, samples.data());
      for (std::size_t i = 0; i < samples.size(); ++i)
        ASSERT_NEAR(samples[i], result.pixels[i], 1e-3F) << i;
    }
  }

  void expect_normalised() const {
    for (const auto& item : cases("normalise")) {
      const bool grey = item.image.channels == 1;
      const Normalisation numbers =
          grey ? Normalisation{{0.2860}, {0.3530}}
               : Normalisation{{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
      Frame frame({item.image.height, item.image.width});
      frame.begin(item.image);
      std::vector<float> samples(item.image.size());
      frame.render(NormalisationTable(numbers), samples.data());
      EXPECT_EQ(std::memcmp(samples.data(), item.expected.bytes.data(), item.expected.bytes.size()),
                0)
          << item.name;
    }
  }

  io::Safetensors file{temper::testing::golden_path("augment/augment.safetensors")};
};

TEST_F(AugmentGolden, ResizedPixelsArePillowsWithAllInstructions) {
  for_each_target([&] {
    expect_pixels("resize", [](Frame& frame, const Case& item) {
      frame.resize({item.numbers[0], item.numbers[1]}, item.interpolation);
    });
  });
}

TEST_F(AugmentGolden, ResizedCropsAreTorchvisionsWithAllInstructions) {
  for_each_target([&] {
    expect_pixels("resized_crop", [](Frame& frame, const Case& item) {
      const auto& n = item.numbers;
      frame.crop({n[0], n[1], n[2], n[3]});
      frame.resize({n[4], n[5]}, item.interpolation);
    });
  });
}

// PyTorch computes in float and does not round between the passes.
TEST_F(AugmentGolden, WithoutAntialiasingPixelsAreTorchsToARounding) {
  for (const auto& item : cases("aliased")) {
    SCOPED_TRACE(item.name);
    Frame frame;
    frame.begin(item.image);
    frame.resize({item.numbers[0], item.numbers[1]}, Filter{Interpolation::bilinear, false});
    const io::Image& result = frame.pixels();
    const auto expected = values<double>(item.name);
    ASSERT_EQ(result.pixels.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(result.pixels[i], expected[i], 1.01) << i;
  }
}

TEST_F(AugmentGolden, TheEvaluationTransformIsTorchvisions) {
  for (const auto& item : cases("evaluate")) {
    SCOPED_TRACE(item.name);
    Frame frame({item.numbers[0], item.numbers[0]});
    frame.begin(item.image);
    const Applier apply({}, frame);
    apply(evaluation_operations(false, item.interpolation));
    const io::Image& result = frame.pixels();
    ASSERT_EQ(result.pixels.size(), item.expected.bytes.size());
    EXPECT_EQ(std::memcmp(result.pixels.data(), item.expected.bytes.data(), result.size()), 0);
  }
}

TEST_F(AugmentGolden, CentreCropsAreTorchvisionsAlsoOfSmallerImages) {
  expect_pixels("center_crop", [](Frame& frame, const Case& item) {
    frame.crop(center_box(frame.size(), {item.numbers[0], item.numbers[0]}));
  });
}

TEST_F(AugmentGolden, PaddedCropsAndFlipsAreTorchvisions) {
  expect_pixels("shift", [](Frame& frame, const Case& item) {
    const auto& n = item.numbers;
    const Size size = frame.size();
    frame.crop({n[2] - n[0], n[3] - n[0], size.height, size.width},
               static_cast<std::uint8_t>(n[1]));
    if (n[4] != 0) frame.flip();
  });
}

TEST_F(AugmentGolden, ShiftedAndMirroredImagesAreFittedAsPillowResizesThem) {
  Random random(0, Purpose::augment);
  expect_pixels("fit", [&](Frame& frame, const Case& item) {
    const auto& n = item.numbers;
    const Size size = frame.size();
    frame.crop({n[2] - n[0], n[3] - n[0], size.height, size.width},
               static_cast<std::uint8_t>(n[1]));
    if (n[4] != 0) frame.flip();
    frame.set_input({n[5], n[6]});
    apply(Resize{.sides = ResizedSides::both}, frame, random);
  });
}

TEST_F(AugmentGolden, NormalisedSamplesAreTorchvisionsBitsWithAllInstructions) {
  for_each_target([&] { expect_normalised(); });
}

TEST_F(AugmentGolden, CropSizesAreTorchvisions) {
  const auto rows = values<double>("crop sizes");
  ASSERT_GE(rows.size(), 6U * 100);
  for (std::size_t i = 0; i < rows.size(); i += 6) {
    const Size image{static_cast<std::int64_t>(rows[i]), static_cast<std::int64_t>(rows[i + 1])};
    const Size expected{static_cast<std::int64_t>(rows[i + 4]),
                        static_cast<std::int64_t>(rows[i + 5])};
    const auto size = crop_size(image, rows[i + 2], rows[i + 3]);
    EXPECT_EQ(size.value_or(Size{}), expected)
        << image.height << " x " << image.width << ", " << rows[i + 2] << ", " << rows[i + 3];
  }
}

TEST_F(AugmentGolden, CropsOfLastResortAreTorchvisions) {
  const auto rows = values<std::int64_t>("crop fallbacks");
  ASSERT_GE(rows.size(), 6U * 5);
  for (std::size_t i = 0; i < rows.size(); i += 6)
    EXPECT_EQ(fallback_box({}, {rows[i], rows[i + 1]}),
              (Box{rows[i + 2], rows[i + 3], rows[i + 4], rows[i + 5]}))
        << rows[i] << " x " << rows[i + 1];
}

TEST_F(AugmentGolden, RandomCropsAreDistributedAsTorchvisions) {
  const auto expected = values<double>("crop moments");
  constexpr int n = 40000;
  std::array<double, 4> sum{}, squares{};
  for (std::uint64_t i = 0; i < n; ++i) {
    Random random(1, Purpose::augment, {i});
    const Box box = crop_box({}, {100, 150}, random);
    const std::array<std::int64_t, 4> numbers{box.top, box.left, box.height, box.width};
    for (std::size_t k = 0; k < 4; ++k) {
      const auto value = static_cast<double>(numbers[k]);
      sum[k] += value;
      squares[k] += value * value;
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    const double mean = sum[k] / n;
    const double deviation = std::sqrt(squares[k] / n - mean * mean);
    // Both means are of 40,000 boxes: five standard errors of their difference.
    EXPECT_NEAR(mean, expected[k], 5 * deviation * std::sqrt(2.0 / n)) << k;
    EXPECT_NEAR(deviation, expected[4 + k], 0.03 * expected[4 + k]) << k;
  }
}

}  // namespace
}  // namespace temper::augment
