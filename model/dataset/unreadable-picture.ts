/** Why a picture cannot be read, in words for a list of such pictures. */
export class UnreadablePicture extends Error {}
