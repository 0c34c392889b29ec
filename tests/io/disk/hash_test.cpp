#include "temper/io/disk/hash.h"

#include <gtest/gtest.h>

#include "temper/io/disk/atomic_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

// The output of `xxh128sum` 0.8.1 for these bytes.
TEST(Hash, EqualsThePublishedTool) {
  EXPECT_EQ(hash_hex(std::string_view()), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash_hex("temper\n"), "6ba22def610d9e805929a98dba5751b7");
  std::string numbers;
  for (int i = 1; i <= 1000; ++i) numbers += std::to_string(i) + "\n";
  EXPECT_EQ(hash_hex(numbers), "8527d9296fb8f4a6764aaaecde28829e");
  const auto value = hash_of(bytes_of("temper\n"));
  EXPECT_EQ(value.front(), std::byte{0x6b});
  EXPECT_EQ(value.back(), std::byte{0xb7});
}

TEST(Hash, DoesNotDependOnTheSizesOfUpdates) {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i);
  Hash hash;
  for (std::size_t begin = 0, length = 1; begin < text.size();
       begin += length, length = length * 2 + 1)
    hash.update(std::string_view(text).substr(begin, length));
  write_atomically(folder / "file", text);
  EXPECT_EQ(hash.hex(), hash_hex(text));
  EXPECT_EQ(hash_file(folder / "file"), hash_hex(text));
}

TEST(Hash, CanBeUpdatedAfterItWasRead) {
  Hash hash;
  hash.update("tem");
  EXPECT_EQ(hash.hex(), hash_hex("tem"));
  EXPECT_EQ(hash.update("per").hex(), hash_hex("temper"));
}

}  // namespace
}  // namespace temper::io::test
