// Against imagecorruptions 1.1.2, and against the scripts that made CIFAR-10-C and ImageNet-C;
// scripts/golden/corrupt.py wrote the pixels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>

#include "temper/corrupt/benchmark/corrupt.h"
#include "temper/io/format/safetensors.h"
#include "tests/support/golden.h"

namespace temper::corrupt {
namespace {

/// Recorded numbers, each list from its beginning, and again from there after its end.
class RecordedDraws : public Draws {
 public:
  RecordedDraws(const std::vector<float>& normals, const std::vector<float>& uniforms,
                std::vector<std::int16_t> counts)
      : normals_(normals), uniforms_(uniforms), counts_(std::move(counts)) {}

  double uniform(double low, double high) override { return low + (high - low) * next(); }
  double normal() override { return normals_[normal_++ % normals_.size()]; }
  std::int64_t poisson(double /*mean*/) override { return counts_.at(count_++); }
  std::int64_t below(std::int64_t bound) override {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(bound) * next()));
  }

 private:
  double next() { return uniforms_[uniform_++ % uniforms_.size()]; }

  const std::vector<float>& normals_;
  const std::vector<float>& uniforms_;
  std::vector<std::int16_t> counts_;
  std::size_t normal_ = 0;
  std::size_t uniform_ = 0;
  std::size_t count_ = 0;
};

/// What is computed with the same operations in the same order, and without functions that differ
/// between C libraries.
const std::set<std::string> kToTheByte{
    "gaussian_noise", "shot_noise", "impulse_noise", "speckle_noise", "zoom_blur",       "fog",
    "brightness",     "contrast",   "saturate",      "pixelate",      "jpeg_compression"};

class CorruptGolden : public ::testing::Test {
 protected:
  explicit CorruptGolden(const std::string& name)
      : file_(temper::testing::golden_path("corrupt/" + name + ".safetensors")),
        normals_(values<float>("normal")),
        uniforms_(values<float>("uniform")) {}

  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name) const {
    const auto* tensor = file_.find(name);
    if (tensor == nullptr) return {};
    std::vector<T> result(tensor->bytes.size() / sizeof(T));
    std::memcpy(result.data(), tensor->bytes.data(), tensor->bytes.size());
    return result;
  }

  [[nodiscard]] io::Image image(const std::string& name) const {
    const auto& shape = file_.at(name).shape;
    return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2]),
            values<std::uint8_t>(name)};
  }

  /// Expects the file's results for that image, of every `step`th row; the number of cases.
  int expect(const std::string& subject, const Options& options, int step) {
    int cases = 0;
    for (const auto& tensor : file_.tensors()) {
      std::istringstream words(tensor.name);
      std::string kind, image_name;
      int severity = 0;
      words >> kind >> image_name >> severity;
      if (image_name != subject || severity == 0) continue;
      ++cases;
      SCOPED_TRACE(tensor.name);
      auto result = image("image " + subject);
      RecordedDraws draws(normals_, uniforms_, values<std::int16_t>("counts " + tensor.name));
      corrupt(result, kind_of(kind), severity, options, draws, memory_);
      // OpenCV rounds the cubic resize of frost in another way, at most 2.2% of its pixels.
      compare(result, values<std::uint8_t>(tensor.name), step,
              kToTheByte.contains(kind) ? 0
              : kind == "frost"         ? 0.03
                                        : 0.01);
    }
    return cases;
  }

 private:
  static Kind kind_of(const std::string& name) {
    const auto& names = EnumNames<Kind>::value;
    return static_cast<Kind>(std::find(names.begin(), names.end(), name) - names.begin());
  }

  /// Within 1, and equal but for that share of the samples.
  static void compare(const io::Image& result, const std::vector<std::uint8_t>& expected, int step,
                      double share) {
    const auto row = static_cast<std::size_t>(result.width * result.channels);
    std::size_t at = 0;
    std::size_t different = 0;
    int most = 0;
    for (int y = 0; y < result.height; y += step)
      for (std::size_t i = 0; i < row; ++i, ++at) {
        const int difference =
            std::abs(int{result.pixels[static_cast<std::size_t>(y) * row + i]} - expected.at(at));
        most = std::max(most, difference);
        different += difference > 0 ? 1 : 0;
      }
    EXPECT_EQ(at, expected.size());
    EXPECT_LE(most, 1);
    EXPECT_LE(static_cast<double>(different), share * static_cast<double>(expected.size()));
  }

  io::Safetensors file_;
  std::vector<float> normals_;
  std::vector<float> uniforms_;
  Workspace memory_;
};

class ImageCorruptionsGolden : public CorruptGolden {
 protected:
  ImageCorruptionsGolden() : CorruptGolden("imagecorruptions") {
    FrostPictures frost;
    for (int i = 0; i < 5; ++i) frost.push_back(image("frost " + std::to_string(i)));
    options_.frost = std::make_shared<const FrostPictures>(std::move(frost));
  }

  Options options_{.dialect = Dialect::imagecorruptions, .constants = ConstantSet::imagenet};
};

TEST_F(ImageCorruptionsGolden, OfColors) {
  EXPECT_EQ(expect("colour", options_, 1), kKinds * kSeverities);
}

TEST_F(ImageCorruptionsGolden, OfGray) {
  EXPECT_EQ(expect("grey", options_, 1), kKinds * kSeverities);
}

class OriginalGolden : public CorruptGolden {
 protected:
  OriginalGolden() : CorruptGolden("original") {}
};

TEST_F(OriginalGolden, WithTheConstantsOfCifar) {
  const auto frost =
      std::make_shared<const FrostPictures>(FrostPictures{io::with_channels(image("frost"), 3)});
  EXPECT_EQ(expect("cifar", {.frost = frost}, 3), (kKinds - 2) * kSeverities);
}

TEST_F(OriginalGolden, WithTheConstantsOfImageNet) {
  EXPECT_EQ(expect("square", {.constants = ConstantSet::imagenet}, 3), 2 * kSeverities);
}

}  // namespace
}  // namespace temper::corrupt
