#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it before itself
#include <string_view>

#include <jpeglib.h>

#include "temper/io/image/libjpeg_version.h"

namespace temper::io::codec {

/// The codes of one Huffman table of a JPEG (ITU-T T.81, C and F.2.2), for a decoder that looks up
/// kPeek bits at once.
class HuffmanTable {
 public:
  static constexpr int kPeek = 10;

  /// A code with the value after it. Its bytes, from the lowest: the number of bits of both; the
  /// number of bits of the code; 63 minus the number of bits of the value; the number of
  /// coefficients up to and including this one.
  using Entry = std::uint32_t;
  /// In the highest byte of an entry: all remaining coefficients.
  static constexpr unsigned kToEnd = 128;
  /// The entry of bits that are not a code.
  static constexpr Entry kNoCode = Entry{kToEnd} << 24;
  /// The entry of bits that may be the beginning of a code of more than kPeek bits.
  static constexpr Entry kLonger = Entry{DCTSIZE2} << 24;

  /// Up to two codes that are contained in the same kPeek bits. The lower half is the entry of the
  /// first code; the higher half is that of the second one, with numbers counted from the beginning
  /// of the first, or again that of the first if there is only one code.
  using Pair = std::uint64_t;

  /// A table without codes.
  HuffmanTable() { pairs_.fill(Pair{kLonger} << 32U | kLonger); }

  /// Setting the same table again costs only a comparison.
  /// @param follow  whether its codes follow one another, so that find() can return two of them
  void set(const JHUFF_TBL& table, bool follow);

  /// @param bits  the next bits of the scan, the first one highest
  [[nodiscard]] Pair find(std::uint64_t bits) const { return pairs_[bits >> (64 - kPeek)]; }
  /// The entry of bits for which find() returns kLonger.
  [[nodiscard]] Entry find_longer(std::uint64_t bits) const;

 private:
  std::array<UINT8, 17> counts_{};       ///< JHUFF_TBL's: the number of codes of each length
  std::array<UINT8, 256> symbols_{};     ///< JHUFF_TBL's: the symbols in the order of the codes
  std::array<std::uint32_t, 17> end_{};  ///< in 16 bits: one past the last code of a length
  std::array<int, 17> offset_{};         ///< from a code to its symbol
  std::array<Pair, 1 << kPeek> pairs_{};
};

/// The bytes between two markers, without the zero that is stuffed after every 0xFF.
class ScanBytes {
 public:
  /// The maximum size of an MCU: D_MAX_BLOCKS_IN_MCU blocks, whose coefficients have codes of at
  /// most 16 bits and values of at most 15 bits.
  static constexpr std::size_t kMostOfUnit = D_MAX_BLOCKS_IN_MCU * DCTSIZE2 * 31 / 8;

  void begin(const JOCTET* first, const JOCTET* end);
  /// Makes sure that kMostOfUnit bytes and a word can be read at next; their contents after a
  /// marker are unspecified.
  void provide() {
    if (end_ - next < static_cast<std::ptrdiff_t>(kMostOfUnit + kWord) && !at_marker_) refill();
  }
  /// Skips to the first byte after the next marker.
  /// @return  the code of the marker; 0 at the end of the file
  int pass_marker();
  /// The number of bytes that next is past the last byte before the marker.
  [[nodiscard]] std::ptrdiff_t overrun() const { return at_marker_ ? next - end_ : 0; }
  /// Returns the bytes from next on to libjpeg, which looks for the marker there.
  void hand_back(jpeg_source_mgr& source) const;

  const std::uint8_t* next = nullptr;

 private:
  static constexpr std::size_t kWord = 8;
  static constexpr std::size_t kAtOnce = 8192;

  void refill();
  bool pass_stuffed();

  const JOCTET* file_ = nullptr;  ///< the next byte to copy to bytes_; the marker, if at_marker_
  const JOCTET* file_end_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  bool at_marker_ = false;
  std::array<std::uint8_t, kAtOnce + 2 * (kMostOfUnit + kWord)> bytes_{};
};

/// Whether bits of some coefficients are missing: a progressive file without its last scans. Known
/// when all scans have been read.
bool lacks_scans(const jpeg_decompress_struct& jpeg);

/// Decodes the Huffman codes of a JPEG instead of libjpeg, if the file has a single scan and
/// libjpeg-turbo's version is one that this was tried with. These codes are most of the time that a
/// photograph takes to decode. The coefficients are the same as libjpeg's, except where several
/// 0xFF precede a zero, which no encoder writes: there libjpeg-turbo keeps some coefficients of a
/// first attempt. Codes that the requested columns do not need are skipped without storing
/// coefficients; whole segments between restart markers are skipped without decoding. An invalid
/// code and a premature marker are reported as libjpeg's errors.
class JpegScan {
 public:
  /// @param version  of the libjpeg-turbo that will be called
  explicit JpegScan(std::string_view version = libjpeg_version())
      : is_supported_(supports_jpeg_scan(version)) {}

  /// Replaces libjpeg's entropy decoder if it can. Call it between jpeg_start_decompress() and
  /// reading the first row.
  /// @param left   first of the columns of pixels that will be read, from jpeg_crop_scanline()
  /// @return       false if libjpeg's own decoder remains
  bool take_over(jpeg_decompress_struct& jpeg, JDIMENSION left, JDIMENSION width);

 private:
  /// The layout of libjpeg-turbo's entropy decoder, whose beginning is the same in jpegint.h of
  /// every supported version. libjpeg-turbo may read what follows, and expects zeros there.
  struct Decoder {
    void (*start_pass)(j_decompress_ptr) = nullptr;
    boolean (*decode_mcu)(j_decompress_ptr, JBLOCKROW*) = nullptr;
    std::array<void*, 6> zeros{};
    JpegScan* scan = nullptr;
  };
  struct Block {
    const HuffmanTable* dc = nullptr;
    const HuffmanTable* ac = nullptr;
    std::size_t component = 0;
    bool reads_ac = false;
  };

  void next_unit(jpeg_decompress_struct& jpeg, JBLOCKROW* blocks);
  void skip_units(jpeg_decompress_struct& jpeg);
  template <bool reads>
  void decode_unit(jpeg_decompress_struct& jpeg, JBLOCKROW* blocks);
  void restart(jpeg_decompress_struct& jpeg);

  bool is_supported_;
  Decoder decoder_;
  std::array<HuffmanTable, NUM_HUFF_TBLS> dc_tables_;
  std::array<HuffmanTable, NUM_HUFF_TBLS> ac_tables_;
  std::array<Block, D_MAX_BLOCKS_IN_MCU> blocks_;

  JDIMENSION first_ = 0;  ///< column of units (MCUs) that is needed
  JDIMENSION last_ = 0;   ///< one past the last needed column of units
  JDIMENSION column_ = 0;
  std::uint64_t left_ = 0;     ///< units that libjpeg has not requested yet
  std::uint64_t behind_ = 0;   ///< requested units that are not needed and not skipped yet
  std::uint64_t segment_ = 0;  ///< units up to the next restart marker
  int next_restart_ = 0;

  ScanBytes bytes_;
  std::uint64_t bits_ = 0;  ///< the next bits of the scan, the first one highest
  unsigned count_ = 0;      ///< number of valid bits in bits_
  std::array<std::uint32_t, MAX_COMPS_IN_SCAN> dc_{};  ///< last DC values; may overflow
};

}  // namespace temper::io::codec
