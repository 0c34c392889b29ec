#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "temper/io/format/safetensors.h"
#include "temper/io/image/image.h"
#include "tests/support/golden.h"

namespace temper::augment {

/// A file of images and what published operations made of them. A tensor's name has the operation,
/// the image and further words: "jpeg color 75 4:2:0".
class Golden {
 public:
  struct Case {
    std::string name;
    io::Image image;
    std::vector<std::string> words;  ///< after the image
    io::TensorView expected;

    [[nodiscard]] double number(std::size_t i) const { return std::stod(words.at(i)); }
  };

  /// @param name  of the file in tests/golden/augment
  explicit Golden(const std::string& name)
      : file_(temper::testing::golden_path("augment/" + name)) {}

  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name) const {
    return values<T>(file_.at(name));
  }
  template <class T>
  [[nodiscard]] static std::vector<T> values(const io::TensorView& tensor) {
    std::vector<T> result(tensor.bytes.size() / sizeof(T));
    std::memcpy(result.data(), tensor.bytes.data(), tensor.bytes.size());
    return result;
  }

  [[nodiscard]] io::Image image(const std::string& name) const {
    return image(file_.at("image " + name));
  }
  [[nodiscard]] static io::Image image(const io::TensorView& tensor) {
    const auto side = [&](std::size_t i) { return static_cast<int>(tensor.shape.at(i)); };
    return {side(0), side(1), side(2), values<std::uint8_t>(tensor)};
  }

  [[nodiscard]] std::vector<Case> cases(const std::string& operation) const {
    std::vector<Case> result;
    for (const auto& tensor : file_.tensors()) {
      std::istringstream words(tensor.name);
      std::string first, subject, word;
      words >> first >> subject;
      if (first != operation) continue;
      Case item{.name = tensor.name, .image = image(subject), .words = {}, .expected = tensor};
      while (words >> word) item.words.push_back(word);
      result.push_back(std::move(item));
    }
    EXPECT_GE(result.size(), 2U) << operation;
    return result;
  }

 private:
  io::Safetensors file_;
};

}  // namespace temper::augment
