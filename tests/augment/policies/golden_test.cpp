// Against timm, torchvision, Pillow, TensorFlow and published formulas; scripts/golden/policies.py
// and policies_tensorflow.py wrote the numbers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/policies/magnitudes.h"
#include "temper/io/format/safetensors.h"
#include "tests/augment/targets.h"
#include "tests/support/golden.h"

namespace temper::augment {
namespace {

template <class E>
E named(const std::string& name) {
  const auto& names = EnumNames<E>::value;
  const auto at = std::ranges::find(names, name);
  EXPECT_NE(at, names.end()) << name;
  return static_cast<E>(at - names.begin());
}

constexpr std::array<std::string_view, 2> kFiles{"policies", "policies_tensorflow"};

io::Safetensors golden(std::string_view name) {
  return io::Safetensors(temper::testing::golden_path(fmt::format("augment/{}.safetensors", name)));
}

/// The words of the names of tensors whose first word is `kind`, without it.
std::vector<std::pair<std::string, std::istringstream>> cases(const io::Safetensors& file,
                                                              const std::string& kind) {
  std::vector<std::pair<std::string, std::istringstream>> found;
  for (const auto& tensor : file.tensors())
    if (tensor.name.starts_with(kind + " "))
      found.emplace_back(tensor.name, std::istringstream(tensor.name.substr(kind.size())));
  EXPECT_GE(found.size(), 10U) << kind;
  return found;
}

/// TensorFlow computes the gray and the smoothed image, from which Color and Sharpness lead away,
/// in float32 with other roundings than Pillow.
int largest_difference(std::string_view name) {
  const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
  return has("tensorflow") && (has(" saturation ") || has(" sharpness ")) ? 1 : 0;
}

class PolicyGolden : public ::testing::TestWithParam<std::string_view> {
 protected:
  [[nodiscard]] io::Image image(const std::string& tensor) const {
    const auto& found = file.at(tensor);
    io::Image image{static_cast<int>(found.shape.at(0)), static_cast<int>(found.shape.at(1)),
                    static_cast<int>(found.shape.at(2)),
                    std::vector<std::uint8_t>(found.bytes.size())};
    std::memcpy(image.pixels.data(), found.bytes.data(), found.bytes.size());
    return image;
  }

  void expect_tables() const {
    for (auto& [name, words] : cases(file, "table")) {
      SCOPED_TRACE(name);
      std::string scale, primitive;
      std::int64_t bins = 0;
      words >> scale >> bins >> primitive;
      const auto table = file.at(name);
      std::vector<double> values(table.bytes.size() / sizeof(double));
      std::memcpy(values.data(), table.bytes.data(), table.bytes.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto row = static_cast<double>(i / 2);
        const double magnitude = scale == "fast_auto_augment" ? row / 30 : row;
        EXPECT_EQ(physical(named<Scale>(scale), named<Primitive>(primitive), magnitude, {48, 64},
                           i % 2 != 0, bins),
                  values[i])
            << "magnitude " << magnitude << ", sign " << i % 2;
      }
    }
  }

  void expect_images() const {
    Frame frame;
    for (auto& [name, words] : cases(file, "rand")) {
      SCOPED_TRACE(name);
      std::string scale, subject, fill_text;
      std::int64_t bins = 0;
      words >> scale >> bins >> subject >> fill_text;
      const io::Image source = image("image " + subject);
      frame.begin(source);
      apply_all(frame, named<Scale>(scale), bins, fill(fill_text), words);
      const io::Image expected = image(name);
      const io::Image& result = frame.pixels();
      ASSERT_EQ(result.size(), expected.size());
      int largest = 0;
      for (std::size_t i = 0; i < expected.pixels.size(); ++i)
        largest = std::max(largest, std::abs(result.pixels[i] - expected.pixels[i]));
      EXPECT_LE(largest, largest_difference(name));
    }
  }

  static Fill fill(std::string text) {
    std::ranges::replace(text, ',', ' ');
    std::istringstream words(text);
    Fill fill;
    for (auto& channel : fill.channels) {
      int value = 0;
      words >> value;
      channel = static_cast<std::uint8_t>(value);
    }
    return fill;
  }

  static void apply_all(Frame& frame, Scale scale, std::int64_t bins, Fill fill,
                        std::istringstream& words) {
    std::string primitive, interpolation;
    double magnitude = 0;
    bool negated = false;
    while (words >> primitive >> magnitude >> negated >> interpolation) {
      const auto one = named<Primitive>(primitive);
      const auto value = physical(scale, one, magnitude, frame.size(), negated, bins);
      ASSERT_TRUE(value) << primitive;
      Step step{.primitive = one, .value = *value};
      if (std::int64_t column = 0, row = 0; one == Primitive::cutout && words >> column >> row)
        step.erased =
            square_around(row, column, static_cast<std::int64_t>(*value) / 2, frame.size());
      apply(frame, step, named<Interpolation>(interpolation), fill, quirks_of(scale));
    }
  }

  io::Safetensors file = golden(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Files, PolicyGolden, ::testing::ValuesIn(kFiles),
                         [](const auto& file) { return std::string(file.param); });

TEST_P(PolicyGolden, EveryMagnitudeHasItsPublishedValueInEveryTable) {
  expect_tables();
}

TEST_P(PolicyGolden, WholeRandAugmentsHaveThePublishedPixelsWithAllInstructions) {
  for_each_target([&] { expect_images(); });
}

// A table that the scripts forgot would not be missed otherwise.
TEST(PolicyGoldens, HaveEveryValueOfEveryScale) {
  std::set<std::pair<std::string, std::string>> compared;
  for (const auto file : kFiles)
    for (auto& [name, words] : cases(golden(file), "table")) {
      std::string scale, bins, primitive;
      words >> scale >> bins >> primitive;
      compared.emplace(scale, primitive);
    }
  for (const auto scale : EnumNames<Scale>::value)
    for (const auto primitive : EnumNames<Primitive>::value) {
      const auto one = named<Primitive>(std::string(primitive));
      const auto value = physical(named<Scale>(std::string(scale)), one, 0.9, {48, 64});
      const bool fixed = unit_of(one).empty();
      EXPECT_EQ(value.has_value() && !fixed,
                compared.contains({std::string(scale), std::string(primitive)}))
          << scale << ' ' << primitive;
    }
}

}  // namespace
}  // namespace temper::augment
