#include "temper/distributed/error_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "temper/io/disk/read_file.h"

namespace temper::distributed {
namespace {

namespace fs = std::filesystem;

TEST(ErrorFile, IsWhatTorchrunReads) {
  const auto path = fs::path(::testing::TempDir()) / "temper_error_file.json";
  fs::remove(path);
  EXPECT_TRUE(write_error_file([&](const char*) { return path.string(); },
                               Error(Code::data, {.image = "cat.jpg"}, "no image")));
  const auto text = nlohmann::json::parse(io::read_text(path));
  EXPECT_EQ(text["message"]["message"].get<std::string>(), "cat.jpg: no image");
  EXPECT_GT(std::stoll(text["message"]["extraInfo"]["timestamp"].get<std::string>()), 0);
  // torchrun would show it in place of the message, also where it is empty.
  EXPECT_FALSE(text["message"]["extraInfo"].contains("py_callstack"));
  fs::remove(path);
}

TEST(ErrorFile, IsNotNeeded) {
  const Error error(Code::io, "x");
  EXPECT_FALSE(write_error_file([](const char*) { return std::nullopt; }, error));
  EXPECT_FALSE(write_error_file([](const char*) { return "/nowhere/at/all"; }, error));
}

}  // namespace
}  // namespace temper::distributed
