/** By what the stack's own distributions of CloudFront are known among others of the account. */
export const distributionComment = 'Cars that do not exist';
