#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it before itself

#include <jpeglib.h>

namespace temper::io::codec {

/// The codes of one Huffman table of a JPEG (ITU-T T.81, C and F.2.2), for a decoder that looks at
/// kPeek bits at once.
class HuffmanTable {
 public:
  static constexpr int kPeek = 10;

  /// A code with the value after it, in bytes from the lowest: how many bits both have; how many of
  /// them the code has; 63 - the bits of the value; how many coefficients it passes, itself too.
  using Entry = std::uint32_t;
  /// In the last place of an entry: all coefficients that are left.
  static constexpr unsigned kToEnd = 128;
  /// The entry of bits that are no code.
  static constexpr Entry kNoCode = Entry{kToEnd} << 24;
  /// The entry of what may be a code of more than kPeek bits.
  static constexpr Entry kLonger = Entry{DCTSIZE2} << 24;

  /// As much as the same bits tell of two codes. The lower half is the first one's entry; the
  /// higher one is the second's, which counts from where the first one began: a second time the
  /// first's where one code is all.
  using Pair = std::uint64_t;

  /// A table without codes.
  HuffmanTable() { pairs_.fill(Pair{kLonger} << 32U | kLonger); }

  /// The same table again costs a comparison.
  /// @param follow  whether its codes follow one another; else find() tells of one
  void set(const JHUFF_TBL& table, bool follow);

  /// @param bits  the first is the highest
  [[nodiscard]] Pair find(std::uint64_t bits) const { return pairs_[bits >> (64 - kPeek)]; }
  /// What find() calls kLonger.
  [[nodiscard]] Entry find_longer(std::uint64_t bits) const;

 private:
  std::array<UINT8, 17> counts_{};       ///< JHUFF_TBL's: codes of every length
  std::array<UINT8, 256> symbols_{};     ///< likewise, in the order of the codes
  std::array<std::uint32_t, 17> end_{};  ///< in 16 bits: behind the last code of a length
  std::array<int, 17> offset_{};         ///< from a code to its symbol
  std::array<Pair, 1 << kPeek> pairs_{};
};

/// The bytes between two markers, without the zero that follows every 0xFF.
class ScanBytes {
 public:
  /// What libjpeg decodes at once: at most D_MAX_BLOCKS_IN_MCU blocks, whose codes have at most 16
  /// bits and 15 of a value.
  static constexpr std::size_t kMostOfUnit = D_MAX_BLOCKS_IN_MCU * DCTSIZE2 * 31 / 8;

  void begin(const JOCTET* first, const JOCTET* end);
  /// Makes sure that there are kMostOfUnit bytes at next, and a word; behind a marker they are
  /// anything.
  void provide() {
    if (end_ - next < static_cast<std::ptrdiff_t>(kMostOfUnit + kWord) && !at_marker_) refill();
  }
  /// To behind the next marker.
  /// @return  its code; 0 where the file ends
  int pass_marker();
  /// How many bytes after the last one before the marker next is.
  [[nodiscard]] std::ptrdiff_t overrun() const { return at_marker_ ? next - end_ : 0; }
  /// Gives libjpeg what is left from next on, to look for the marker there.
  void hand_back(jpeg_source_mgr& source) const;

  const std::uint8_t* next = nullptr;

 private:
  static constexpr std::size_t kWord = 8;
  static constexpr std::size_t kAtOnce = 8192;

  void refill();
  bool pass_stuffed();

  const JOCTET* file_ = nullptr;  ///< what is not yet in bytes_: the marker, where at_marker_
  const JOCTET* file_end_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  bool at_marker_ = false;
  std::array<std::uint8_t, kAtOnce + 2 * (kMostOfUnit + kWord)> bytes_{};
};

/// Decodes the Huffman codes of a JPEG in libjpeg's place, where it has one scan of them: most of
/// the time that a photograph takes. The coefficients are libjpeg's, but where several 0xFF stand
/// before a zero, which no encoder writes: there libjpeg-turbo leaves some of a first try. What the
/// columns asked for do not need is only passed over, and between restart markers not even looked
/// at. A code that does not exist and a marker too early are libjpeg's errors.
class JpegScan {
 public:
  /// Takes over, where it can: between jpeg_start_decompress() and the first row.
  /// @param left   of the columns of pixels that will be read, as jpeg_crop_scanline() gave them
  void take_over(jpeg_decompress_struct& jpeg, JDIMENSION left, JDIMENSION width);

 private:
  /// How libjpeg-turbo sees its decoder of codes: jpegint.h of every version begins so. Of what
  /// follows it wants to read zeros.
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
  void pass_units(jpeg_decompress_struct& jpeg);
  template <bool reads>
  void decode_unit(jpeg_decompress_struct& jpeg, JBLOCKROW* blocks);
  void restart(jpeg_decompress_struct& jpeg);

  Decoder decoder_;
  std::array<HuffmanTable, NUM_HUFF_TBLS> dc_tables_;
  std::array<HuffmanTable, NUM_HUFF_TBLS> ac_tables_;
  std::array<Block, D_MAX_BLOCKS_IN_MCU> blocks_;

  JDIMENSION first_ = 0;  ///< column of units that is needed
  JDIMENSION last_ = 0;   ///< behind it
  JDIMENSION column_ = 0;
  std::uint64_t left_ = 0;    ///< units that libjpeg has not asked for
  std::uint64_t behind_ = 0;  ///< units that it has asked for, does not need, and are still to pass
  std::uint64_t segment_ = 0;  ///< units up to the next marker
  int next_restart_ = 0;

  ScanBytes bytes_;
  std::uint64_t bits_ = 0;                             ///< the next ones; the first is the highest
  unsigned count_ = 0;                                 ///< of them
  std::array<std::uint32_t, MAX_COMPS_IN_SCAN> dc_{};  ///< each component's last; may overflow
};

}  // namespace temper::io::codec
