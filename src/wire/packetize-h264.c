/* H.264 into RTP (RFC 6184), packetization-mode 1: single NAL units, STAP-A, FU-A. */
#include "wire/h264.h"
#include "wire/nal-packing.h"

#define PAYLOAD_TYPE 96
#define REFERENCE_BITS 0x60

static void
begin_aggregate (uint8_t *header, const uint8_t *nal)
{
  header[0] = (uint8_t) ((nal[0] & REFERENCE_BITS) | CAM_H264_STAP_A);
}

/* RFC 6184, 5.7: nal_ref_idc is the highest of all. */
static void
amend_aggregate (uint8_t *header, const uint8_t *nal)
{
  unsigned highest = MAX (header[0] & REFERENCE_BITS, nal[0] & REFERENCE_BITS);
  header[0] = (uint8_t) (highest | CAM_H264_STAP_A);
}

static void
write_fragment_header (uint8_t *out, const uint8_t *nal, bool is_first, bool is_last)
{
  out[0] = (uint8_t) ((nal[0] & REFERENCE_BITS) | CAM_H264_FU_A);
  out[1] = (uint8_t) (cam_h264_type (nal) | (is_first ? CAM_NAL_FU_START : 0) | (is_last ? CAM_NAL_FU_END : 0));
}

static const CamNalPacking packing = {
    .header_bytes = 1,
    .fragment_header_bytes = 2,
    .n_set_kinds = CAM_H264_SET_KINDS,
    .inspect = cam_h264_inspect,
    .begin_aggregate = begin_aggregate,
    .amend_aggregate = amend_aggregate,
    .write_fragment_header = write_fragment_header,
};

static void
write_h264 (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  cam_nal_packing_write (&packing, self->track, unit, size, is_key, writer);
}

/* RFC 6184, 8.1: profile-level-id is the three bytes behind the header of the SPS. */
static void
append_profile (GString *text, const CamTrack *track)
{
  for (unsigned i = 0; i < track->parameter_sets->len; i++) {
    size_t size;
    const uint8_t *nal = g_bytes_get_data (g_ptr_array_index (track->parameter_sets, i), &size);
    if (size >= 4 && cam_h264_type (nal) == CAM_H264_SPS) {
      g_string_append_printf (text, ";profile-level-id=%02X%02X%02X", nal[1], nal[2], nal[3]);
      return;
    }
  }
}

static char *
format_fmtp (const CamPacketizer *self)
{
  GString *text = g_string_new ("packetization-mode=1");
  append_profile (text, self->track);
  g_autofree char *sps = cam_nal_packing_format_sets (&packing, self->track, 0);
  g_autofree char *pps = cam_nal_packing_format_sets (&packing, self->track, 1);
  if (sps != NULL && pps != NULL)
    g_string_append_printf (text, ";sprop-parameter-sets=%s,%s", sps, pps);
  return g_string_free (text, FALSE);
}

const CamPacketizerKind cam_packetize_h264 = {
    .encoding = "H264",
    .payload_type = PAYLOAD_TYPE,
    .bound = cam_nal_packing_bound,
    .write = write_h264,
    .format_fmtp = format_fmtp,
};
